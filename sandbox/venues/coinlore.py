"""CoinLore: pages of a hundred coins, largest first, with numbers in strings."""

from collections.abc import Mapping
from typing import Any

from resources.market import Asset
from sandbox.families.coins import CoinVenue
from sandbox.families.numbers import text
from sandbox.families.routes import Route
from sandbox.venue import Answer
from sandbox.worth import Worth, total, worths

_SYMBOLS = {"LUNA2": "LUNA", "STEPN": "GMT", "GOMINING": "GMT", "BEAMX": "BEAM"}
_PAGE = 100
# The two that it is asked for by number.
_NUMBERS = {"90": "BTC", "80": "ETH"}


class CoinLore(CoinVenue):
    def coin(self, asset: Asset) -> str:
        return asset.id

    def routes(self, path: str) -> Route | None:
        return {
            "/api/tickers/": self._tickers,
            "/api/ticker/": self._ticker,
            "/api/global/": self._global,
        }.get(path)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        start, limit = (_number(query.get(name, "")) for name in ("start", "limit"))
        told = worths(self.source, self.coins, now)
        page = list(enumerate(told, 1))[start : start + min(limit or _PAGE, _PAGE)]
        rows = [_row(one, rank) for rank, one in page]
        info = {"coins_num": len(told), "time": now // 1_000}
        return Answer({"data": rows, "info": info}, rows=rows)

    def _ticker(self, query: Mapping[str, str], now: int) -> Answer:
        asked = {_NUMBERS.get(number) for number in query.get("id", "").split(",")}
        told = enumerate(worths(self.source, self.coins, now), 1)
        rows = [_row(one, rank) for rank, one in told if one.symbol in asked]
        return Answer(rows, rows=rows)

    def _global(self, query: Mapping[str, str], now: int) -> Answer:
        del query
        sums = total(worths(self.source, self.coins, now))
        told = {
            "coins_count": sums.coins,
            "active_markets": sums.coins,
            "total_mcap": sums.cap,
            "total_volume": sums.volume,
            "btc_d": text(sums.btc, 2),
            "eth_d": text(sums.eth, 2),
            "mcap_change": text(sums.change_24h, 2),
        }
        return Answer([told], rows=[told])


VENUE = CoinLore


def _number(text: str) -> int:
    """What it cannot read it takes for nothing."""
    return int(text) if text.isdecimal() else 0


def _row(one: Worth, rank: int) -> dict[str, Any]:
    return {
        "id": str(rank),
        "symbol": _SYMBOLS.get(one.symbol, one.symbol),
        "name": one.name,
        "nameid": one.coin,
        "rank": rank,
        "price_usd": text(one.price),
        "percent_change_24h": text(one.change_24h, 2),
        "percent_change_1h": text(one.change_1h, 2),
        "percent_change_7d": text(one.change_7d, 2),
        "market_cap_usd": text(one.cap, 2),
        "volume24": one.volume,
        "csupply": text(one.supply, 2),
    }
