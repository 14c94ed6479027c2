"""Whose answer counts, and who is asked next."""

from aiohttp import web

from resources.asking import Asking
from resources.http import Client
from resources.ledger import Ledger
from resources.market import load_registry
from resources.schemas.market import MARKET_PAGE
from resources.schemas.onchain import TRANSFERS_PAGE
from resources.scope import Scope
from tests.resources.http.played import played

LISTED = [
    {
        "id": "btc-bitcoin", "name": "Bitcoin", "symbol": "BTC", "rank": 1,
        "quotes": {"USD": {"price": 64_000.0}},
    }
]  # fmt: skip


async def market(request: web.Request) -> web.Response:
    """CoinGecko has an empty list, CoinPaprika a coin, and nobody else anything."""
    if request.path.startswith("/api.coinpaprika.com/"):
        return web.json_response(LISTED)
    return web.json_response([]) if "coingecko" in request.path else web.Response(status=404)


async def empty(_: web.Request) -> web.Response:
    return web.json_response({"data": []})


def present(ledger: Ledger) -> Scope:
    return Scope(tuple(load_registry().active(3)), ledger.now())


async def test_an_empty_list_of_coins_is_no_answer(ledger: Ledger) -> None:
    async with played(market) as server, Client(ledger, sandbox_url=server.url) as client:
        told = await Asking(client, ledger).first(MARKET_PAGE, present(ledger))
    assert (told.provider, told.frame["asset"].to_list()) == ("coinpaprika", ["BTC"])
    assert server.calls("api.coingecko.com") == 1


async def test_that_nobody_moved_much_is_an_answer(ledger: Ledger) -> None:
    async with played(empty) as server, Client(ledger, sandbox_url=server.url) as client:
        told, _ = await Asking(client, ledger).each(TRANSFERS_PAGE, present(ledger))
    assert told
    assert all(one.frame.is_empty() for one in told)
