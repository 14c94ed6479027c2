"""What an answer's status means for the caller."""

import httpx

from resources.errors import RefusedRequest, TemporaryError
from resources.http.layer import Layer, provider_of, secret_of

_EXCERPT = 200


class StatusTransport(Layer):
    """Hands on 2xx; 408 and 5xx become TemporaryError, all others RefusedRequest."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.next_transport.handle_async_request(request)
        status = response.status_code
        if 200 <= status < 300:
            return response
        provider = provider_of(request)
        kind = TemporaryError if status == 408 or status >= 500 else RefusedRequest
        said = _excerpt(request, response)
        raise kind(f"{provider.id} answered {status}: {said}", provider.id, status)


def _excerpt(request: httpx.Request, response: httpx.Response) -> str:
    """The start of the body, on one line; some providers repeat the key they were sent."""
    text = " ".join(response.content[: 4 * _EXCERPT].decode(errors="replace").split())
    key = secret_of(request)
    return (text.replace(key, "<key>") if key else text)[:_EXCERPT]
