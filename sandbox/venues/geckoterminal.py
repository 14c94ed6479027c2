"""GeckoTerminal: pools of tokens on Ethereum, in the form of JSON:API."""

from collections.abc import Iterator, Mapping
from typing import Any

from resources.market import Asset
from sandbox.families.coins import CoinVenue
from sandbox.families.numbers import text
from sandbox.families.routes import Route
from sandbox.noise import key_of
from sandbox.venue import Answer
from sandbox.venues.coingecko import IDS
from sandbox.venues.dexscreener import ADDRESSES
from sandbox.worth import Worth, looked_for, worths

_PRICES = "/api/v2/simple/networks/eth/token_price/"
_PAGE = 20


class GeckoTerminal(CoinVenue):
    def coin(self, asset: Asset) -> str | None:
        address = ADDRESSES.get(asset.ticker)
        return address.lower() if address else None

    def routes(self, path: str) -> Route | None:
        if path.startswith(_PRICES):
            return lambda _query, now: self._prices(path.removeprefix(_PRICES), now)
        return {
            "/api/v2/networks/trending_pools": self._trending,
            "/api/v2/networks/eth/trending_pools": self._trending,
        }.get(path)

    def _prices(self, asked: str, now: int) -> Answer:
        quoted = self.quoted(asked.lower().split(","), now)
        prices = {address: text(ticker.last, 12) for address, ticker in quoted}
        named = f"eth_{key_of(asked):016x}"
        told = {
            "id": named,
            "type": "simple_token_price",
            "attributes": {"token_prices": prices},
        }
        return Answer({"data": told}, rows=[prices])

    def _trending(self, query: Mapping[str, str], now: int) -> Answer:
        told = worths(self.source, self.coins, now)
        found = looked_for([one for one in told if one.coin in self.coins], now)
        # A token that is looked for has a second pool among the first ones.
        pools = [pool for one in found for pool in _pools(one, second=one is found[0])][:_PAGE]
        payload: dict[str, Any] = {"data": pools}
        if query.get("include") == "base_token":
            payload["included"] = [_token(one) for one in found[:_PAGE]]
        return Answer(payload, rows=pools)


VENUE = GeckoTerminal


def _pools(one: Worth, *, second: bool) -> Iterator[dict[str, Any]]:
    for number in range(1 + second):
        address = f"0x{key_of('pool', one.coin, str(number)):040x}"
        share = 0.05 / (1 + number)
        yield {
            "id": f"eth_{address}",
            "type": "pool",
            "attributes": {
                "base_token_price_usd": text(one.price, 12),
                "address": address,
                "name": f"{one.symbol} / WETH 0.3%",
                "market_cap_usd": text(one.cap, 6),
                "price_change_percentage": {
                    "h1": text(one.change_1h, 2),
                    "h24": text(one.change_24h, 2),
                },
                "volume_usd": {"h24": text(one.volume * share, 6)},
                "reserve_in_usd": text(one.volume * share / 2, 4),
            },
            "relationships": {"base_token": {"data": {"id": f"eth_{one.coin}", "type": "token"}}},
        }


def _token(one: Worth) -> dict[str, Any]:
    return {
        "id": f"eth_{one.coin}",
        "type": "token",
        "attributes": {
            "address": one.coin,
            "name": one.name,
            "symbol": one.symbol,
            "decimals": 18,
            "coingecko_coin_id": IDS.get(one.symbol),
        },
    }
