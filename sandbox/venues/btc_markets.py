"""BTC Markets: candles newest first, all times in ISO 8601."""

from collections.abc import Mapping
from typing import Any

from sandbox.exchange import Span
from sandbox.families.numbers import iso, percent, text
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError

_GRIDS = {"1m": Grid(1), "1h": Grid(60), "1d": Grid(DAY)}
_PAGE = 200


class BtcMarkets(Spot):
    rules = Rules({"AUD": 0.4, "BTC": 0.05}, share=0.003)
    grids = _GRIDS

    def spell(self, base: str, quote: str) -> str:
        return f"{base}-{quote}"

    def routes(self, path: str) -> Route | None:
        match path.removeprefix("/v3/").split("/"):
            case ["time"]:
                return lambda _query, now: Answer({"timestamp": iso(now, "microseconds")})
            case ["markets"]:
                return lambda _query, _now: self._markets()
            case ["markets", native, "ticker"]:
                return lambda _query, now: self._ticker(native, now)
            case ["markets", native, "candles"]:
                return lambda query, now: self._candles(native, query, now)
        return None

    def error(self, what: str, status: int = 400) -> RequestError:
        return RequestError(Answer({"code": "InvalidArgument", "message": what}, status))

    def _candles(self, native: str, query: Mapping[str, str], now: int) -> Answer:
        limit = min(self.number(query, "limit") or 10, _PAGE)
        grid = self.grid(query.get("timeWindow"))
        span = Span(self.moment(query, "from"), self.moment(query, "to"), limit)
        frame = self.source.candles(self.name(native), grid, span, now)
        names = ("open", "high", "low", "close", "volume")
        rows: list[Any] = [
            [iso(row["open_time"], "microseconds"), *(text(row[name]) for name in names)]
            for row in frame.reverse().iter_rows(named=True)
        ]
        return Answer(rows, rows=rows)

    def _ticker(self, native: str, now: int) -> Answer:
        (ticker,) = self.quotes(now, native)
        row = {
            "marketId": native,
            "bestBid": text(ticker.last),
            "bestAsk": text(ticker.last + ticker.tick),
            "lastPrice": text(ticker.last),
            "volume24h": text(ticker.day.volume),
            "volumeQte24h": text(ticker.day.quote_volume),
            "price24h": text(ticker.last - ticker.day.open),
            "pricePct24h": text(percent(ticker), 2),
            "low24h": text(ticker.day.low),
            "high24h": text(ticker.day.high),
            "timestamp": iso(now, "microseconds"),
        }
        return Answer(row, rows=[row])

    def _markets(self) -> Answer:
        rows: list[Any] = [
            {
                "marketId": native,
                "baseAssetName": self.pair(name)[0],
                "quoteAssetName": self.pair(name)[1],
                "status": "Online",
            }
            for native, name in self.names.items()
        ]
        return Answer(rows, rows=rows)


VENUE = BtcMarkets
