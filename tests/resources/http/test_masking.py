"""A key comes back in nothing."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import HeadwaterError, TemporaryError
from resources.http import Client
from resources.http.masking import MASK, MaskingTransport, masked
from resources.ledger import Ledger
from resources.providers.base import Auth, Call
from tests.resources.http.played import Scripted, a_provider, a_request, played

KEY = 'k3y/of "mine"+'
ACME = a_provider()


async def send(step: httpx.Response | Exception, secret: str | None = KEY) -> httpx.Response:
    return await MaskingTransport(Scripted([step])).handle_async_request(
        a_request(ACME, secret=secret)
    )


@pytest.mark.parametrize("status", [200, 401, 500])
async def test_a_body_or_header_that_repeats_it_has_stars(status: int) -> None:
    headers = {"X-You-Sent": quote(KEY, safe="")}
    body = f'{{"raw": {KEY}, "url": "/x?k={quote(KEY, safe="")}", "json": "k3y/of \\"mine\\"+"}}'
    response = await send(httpx.Response(status, text=body, headers=headers))
    assert response.text == '{"raw": ***, "url": "/x?k=***", "json": "***"}'
    assert (response.headers["x-you-sent"], response.status_code) == (MASK, status)


async def test_an_error_shows_neither_it_nor_what_it_came_from() -> None:
    error = TemporaryError(f"cannot connect to https://acme.test/{quote(KEY, safe='')}/x", "acme")
    error.__cause__ = OSError(KEY)
    with pytest.raises(TemporaryError, match=r"acme\.test/\*\*\*/x") as raised:
        await send(error)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


async def test_what_repeats_nothing_is_handed_on_as_it_is() -> None:
    response = httpx.Response(200, text="{}")
    assert await send(response) is response
    assert await send(response, None) is response


async def test_a_short_key_masks_no_data_but_every_error() -> None:
    assert (await send(httpx.Response(200, text="a test of tests"), "test")).text[2:6] == "test"
    assert (await send(httpx.Response(403, text="bad key test"), "test")).text == "bad key ***"


@given(key=st.text(min_size=1), before=st.text(), after=st.text())
def test_a_text_never_holds_the_key_after(key: str, before: str, after: str) -> None:
    if key not in MASK:
        assert masked(key, key) == MASK
        text = masked(f"{before}\0{key}\0{after}", key)
        assert f"\0{MASK}\0" in text or "\0" in key


@pytest.mark.parametrize("kind", ["header", "query", "path"])
async def test_a_provider_that_repeats_its_key_is_masked_in_the_error(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, kind: Any
) -> None:
    monkeypatch.setenv("HEADWATER_KEY_ACME", "s3cr3t/+key")

    async def repeat(request: web.Request) -> web.Response:
        return web.Response(status=400, text=f"{request.raw_path} {dict(request.headers)}")

    provider = a_provider(auth=Auth(kind, "apikey"))
    path = "/x/{key}/y" if kind == "path" else "/x"
    async with played(repeat) as server, Client(ledger, sandbox_url=server.url) as client:
        with pytest.raises(HeadwaterError, match=r"\*\*\*") as raised:
            await client.get(provider, Call(path), bytes)
    assert "s3cr3t" not in str(raised.value)
    (_, request), *_ = server.arrivals
    assert "s3cr3t" in f"{request.raw_path} {dict(request.headers)}"
