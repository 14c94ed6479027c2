"""Keys are kept out of all that comes back: bodies, headers and errors that repeat them."""

import json
from urllib.parse import quote, quote_plus

import httpx

from resources.errors import HeadwaterError
from resources.http.layer import Layer, secret_of

MASK = "***"
# A shorter key may be a word of the data; there only what is no success is masked.
_SURELY_A_KEY = 8


class MaskingTransport(Layer):
    """Puts *** in place of the request's key, however it is written."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        secret = secret_of(request)
        if secret is None:
            return await self.next_transport.handle_async_request(request)
        try:
            response = await self.next_transport.handle_async_request(request)
        except HeadwaterError as error:
            error.args = tuple(masked(str(arg), secret) for arg in error.args)
            # What it came from may show the whole address.
            raise error from None
        if response.is_success and len(secret) < _SURELY_A_KEY:
            return response
        return _without(response, secret)


def masked(text: str, secret: str) -> str:
    """The text with *** for the key, also where an address or JSON writes it otherwise."""
    for spelling in _spellings(secret):
        text = text.replace(spelling, MASK)
    return text


def _without(response: httpx.Response, secret: str) -> httpx.Response:
    body, mask = response.content, MASK.encode()
    headers = response.headers.raw
    for spelling in map(str.encode, _spellings(secret)):
        body = body.replace(spelling, mask)
        headers = [(name, value.replace(spelling, mask)) for name, value in headers]
    if body is response.content and headers == response.headers.raw:
        return response
    return httpx.Response(
        response.status_code, headers=headers, content=body, extensions=response.extensions
    )


def _spellings(secret: str) -> list[str]:
    spelt = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    return sorted(spelt, key=len, reverse=True)
