"""Hyperliquid: one address that is asked by POST; the newest 5,000 candles."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
import polars as pl

from sandbox.exchange import Span
from sandbox.families.numbers import text, texts
from sandbox.families.perpetuals import funding_rate, open_amount, paid
from sandbox.families.routes import Route
from sandbox.families.spot import TICKERS, WEEK, Spot
from sandbox.listings import Rules
from sandbox.model import DAY, MINUTE, Grid
from sandbox.venue import Answer, RequestError

_DEPTH = 5_000
_MOST_PAID = 500
_WEIGHT = 20  # of every question, but for what its answer's length adds
_GRIDS = {
    "1m": Grid(1), "3m": Grid(3), "5m": Grid(5), "15m": Grid(15), "30m": Grid(30),
    "1h": Grid(60), "2h": Grid(120), "4h": Grid(240), "8h": Grid(480), "12h": Grid(720),
    "1d": Grid(DAY), "3d": Grid(3 * DAY), "1w": WEEK,
}  # fmt: skip


class _Window(msgspec.Struct, rename="camel"):
    coin: str
    interval: str
    start_time: int
    end_time: int


class _Question(msgspec.Struct, rename="camel"):
    type: str
    req: _Window | None = None
    coin: str | None = None
    start_time: int | None = None
    end_time: int | None = None


class Hyperliquid(Spot):
    rules = Rules(
        {"USD": 0.8},
        share=0.2,
        absent=("USDT", "USDC", "DAI", "FDUSD", "SHIB", "PEPE", "FLOKI", "BONK", "LUNC"),
    )
    grids = _GRIDS
    tickers = MappingProxyType({**TICKERS, "BEAMX": "BEAM"})

    def spell(self, base: str, quote: str) -> str:
        del quote
        return base

    def routes(self, path: str) -> Route | None:
        del path
        return None

    def error(self, what: str, status: int = 400) -> RequestError:
        del status
        if what == "path":
            return RequestError(Answer({"error": "Not Found"}, 404))
        payload = b"Failed to deserialize the JSON body into the target type"
        return RequestError(Answer(payload, 422, content_type="what/plain"))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del wait, now
        return Answer(None, status)

    def weight(self, path: str, query: Mapping[str, str]) -> int:
        del path, query
        return _WEIGHT

    def post(self, path: str, body: bytes, now: int) -> Answer:
        if path != "/info":
            raise self.error("path")
        try:
            question = msgspec.json.decode(body, type=_Question)
        except msgspec.DecodeError:
            raise self.error("body") from None
        match question:
            case _Question("candleSnapshot", _Window() as window):
                return self._candles(window, now)
            case _Question("metaAndAssetCtxs"):
                return self._contexts(now)
            case _Question("predictedFundings"):
                return self._predicted(now)
            case _Question("fundingHistory", coin=str(coin), start_time=int(start)):
                return self._paid(coin, start, question.end_time, now)
            case _Question("exchangeStatus"):
                return Answer({"specialStatuses": None, "time": now})
        raise self.error("type")

    def _candles(self, window: _Window, now: int) -> Answer:
        name, grid = self.name(window.coin), self.grid(window.interval)
        width = grid.width * MINUTE
        kept = now // width * width - (_DEPTH - 1) * width
        span = Span(max(window.start_time, kept), window.end_time, _DEPTH)
        frame = self.source.candles(name, grid, span, now)
        rows: list[Any] = frame.select(
            pl.col("open_time").alias("t"),
            (pl.col("open_time") + width - 1).alias("T"),
            pl.lit(window.coin).alias("s"),
            pl.lit(window.interval).alias("i"),
            *(
                made.alias(letter)
                for made, letter in zip(
                    texts("open", "close", "high", "low", "volume"), "ochlv", strict=True
                )
            ),
            pl.col("trades").alias("n"),
        ).to_dicts()
        return Answer(rows, rows=rows)

    def _contexts(self, now: int) -> Answer:
        tickers = self.quotes(now)
        universe = [
            {"szDecimals": 2, "name": self.native(ticker.name), "maxLeverage": 20}
            for ticker in tickers
        ]
        contexts = [
            {
                "funding": f"{funding_rate(ticker.name, now, 1):.10f}",
                "openInterest": text(open_amount(ticker)),
                "prevDayPx": text(ticker.day.open),
                "dayNtlVlm": text(ticker.day.quote_volume),
                "premium": "0.0001",
                "oraclePx": text(ticker.last),
                "markPx": text(ticker.last),
                "midPx": text(ticker.last),
            }
            for ticker in tickers
        ]
        return Answer([{"universe": universe}, contexts], rows=contexts)

    def _paid(self, coin: str, start: int, end: int | None, now: int) -> Answer:
        rows = [
            {"coin": coin, "fundingRate": f"{rate:.10f}", "premium": "0.0001", "time": time + 76}
            for time, rate in paid(self.name(coin), (start, end), now, 1, _MOST_PAID)
        ]
        return Answer(rows, rows=rows)

    def _predicted(self, now: int) -> Answer:
        hour = 60 * MINUTE
        rows: list[Any] = []
        for name in self.source.listed:
            rate = f"{funding_rate(name, now, 1):.10f}"
            told = {"fundingRate": rate, "nextFundingTime": (now // hour + 1) * hour}
            rows.append([self.native(name), [["HlPerp", told]]])
        return Answer(rows, rows=rows)


VENUE = Hyperliquid
