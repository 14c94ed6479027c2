"""What an answer's status means for the caller."""

from typing import Literal

import httpx

from resources.errors import RefusedRequest, TemporaryError
from resources.http.layer import Layer, provider_of

_EXCERPT = 200


class StatusTransport(Layer):
    """Hands on 2xx; 408 and 5xx become TemporaryError, all others RefusedRequest."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.next_transport.handle_async_request(request)
        status = response.status_code
        if 200 <= status < 300:
            return response
        provider = provider_of(request)
        message = f"{provider.id} answered {status}: {_excerpt(response)}"
        if status == 408 or status >= 500:
            kind: Literal["timeout", "server_error"] = (
                "timeout" if status == 408 else "server_error"
            )
            raise TemporaryError(message, provider.id, status, kind)
        raise RefusedRequest(message, provider.id, status)


def _excerpt(response: httpx.Response) -> str:
    """The start of the body, on one line."""
    text = response.content[: 4 * _EXCERPT].decode(errors="replace")
    return " ".join(text.split())[:_EXCERPT]
