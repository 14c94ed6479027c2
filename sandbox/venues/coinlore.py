"""CoinLore: pages of a hundred coins, largest first, with numbers in strings."""

from collections.abc import Mapping
from typing import Any

from resources.market import Asset
from sandbox.exchange import Ticker
from sandbox.families.coins import CoinVenue
from sandbox.families.numbers import percent
from sandbox.families.routes import Route
from sandbox.venue import Answer

_SYMBOLS = {"LUNA2": "LUNA", "STEPN": "GMT", "GOMINING": "GMT", "BEAMX": "BEAM"}
_PAGE = 100
# The two that it is asked for by number.
_NUMBERS = {"90": "BTC/USD", "80": "ETH/USD"}


class CoinLore(CoinVenue):
    def coin(self, asset: Asset) -> str:
        return asset.id

    def routes(self, path: str) -> Route | None:
        return {
            "/api/tickers/": self._tickers,
            "/api/ticker/": self._ticker,
            "/api/global/": lambda _query, _now: Answer([{"coins_count": len(self.coins)}]),
        }.get(path)

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        start, limit = (_number(query.get(name, "")) for name in ("start", "limit"))
        coins = list(self.coins)[start : start + min(limit or _PAGE, _PAGE)]
        quoted = enumerate(self.quoted(coins, now), start + 1)
        rows = [_row(coin, ticker, rank) for rank, (coin, ticker) in quoted]
        info = {"coins_num": len(self.coins), "time": now // 1_000}
        return Answer({"data": rows, "info": info}, rows=rows)

    def _ticker(self, query: Mapping[str, str], now: int) -> Answer:
        names = [
            _NUMBERS[number] for number in query.get("id", "").split(",") if number in _NUMBERS
        ]
        rows = [
            _row(ticker.name, ticker, rank)
            for rank, ticker in enumerate(self.source.tickers(names, now), 1)
        ]
        return Answer(rows, rows=rows)


VENUE = CoinLore


def _number(text: str) -> int:
    """What it cannot read it takes for nothing."""
    return int(text) if text.isdecimal() else 0


def _row(coin: str, ticker: Ticker, rank: int) -> dict[str, Any]:
    symbol = ticker.name.partition("/")[0]
    return {
        "id": str(rank),
        "symbol": _SYMBOLS.get(symbol, symbol),
        "nameid": coin,
        "rank": rank,
        "price_usd": f"{ticker.last:.8f}",
        "percent_change_24h": f"{percent(ticker):.2f}",
        "volume24": ticker.day.quote_volume,
    }
