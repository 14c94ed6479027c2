"""Parsing, where the breaker can see it: a 200 that cannot be read is a failure too."""

import httpx
import polars as pl

from resources.errors import MalformedResponse
from resources.http.layer import Layer, provider_of

# What a parser raises over bytes that are not what it was written for; msgspec's are ValueErrors,
# a RecursionError where they are nested too deep.
_UNREADABLE = (
    ValueError, TypeError, LookupError, ArithmeticError, RecursionError, pl.exceptions.PolarsError,
)  # fmt: skip


class ReadingTransport(Layer):
    """Hands the body to the request's `parse`; what that returns is the extension "value"."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.next_transport.handle_async_request(request)
        try:
            response.extensions["value"] = request.extensions["parse"](response.content)
        except _UNREADABLE as error:
            provider, what = provider_of(request).id, f"{type(error).__name__}: {error}"[:200]
            raise MalformedResponse(
                f"{provider} answered what its parser cannot read: {what}",
                provider,
                response.status_code,
            ) from error
        return response
