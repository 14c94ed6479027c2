"""The wire format of OKX's spot markets and its swaps: numbers in strings, errors as codes."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from sandbox.exchange import Span
from sandbox.families.numbers import texts
from sandbox.families.spot import WEEK, Spot
from sandbox.model import DAY, MINUTE, Grid
from sandbox.venue import Answer, RequestError

_WRONG = {
    "symbol": ("51001", "Instrument ID doesn't exist"),
    "interval": ("51000", "Parameter bar error"),
    "path": ("404", "Not Found"),
}
_PAGE, _USUAL_PAGE = 300, 100
_GRIDS = {
    "1m": Grid(1), "3m": Grid(3), "5m": Grid(5), "15m": Grid(15), "30m": Grid(30),
    "1H": Grid(60), "2H": Grid(120), "4H": Grid(240), "6Hutc": Grid(360), "12Hutc": Grid(720),
    "1Dutc": Grid(DAY), "1D": Grid(DAY, 16 * 60), "1Wutc": WEEK,
}  # fmt: skip


class OkxLike(Spot):
    grids = _GRIDS

    @abstractmethod
    def volumes(self) -> Sequence[pl.Expr]:
        """The three volumes of a candle, in strings."""

    def error(self, what: str, status: int = 400) -> RequestError:
        code, message = _WRONG.get(what, ("51000", f"Parameter {what} error"))
        # Errors come with status 200, but for paths that it has not.
        return RequestError(_coded(code, message, 404 if status == 404 else 200))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del wait, now
        return _coded("50011", "Too Many Requests", status)

    def candles(self, query: Mapping[str, str], now: int) -> Answer:
        name, grid = self.name(query.get("instId")), self.grid(query.get("bar", "1m"))
        before, after = self.number(query, "before"), self.number(query, "after")
        span = Span(
            None if before is None else before + 1,
            None if after is None else after - 1,
            min(self.number(query, "limit") or _USUAL_PAGE, _PAGE),
        )
        closed = pl.col("open_time") + grid.width * MINUTE <= now
        rows: list[Any] = (
            self.newest(name, grid, span, now)
            .reverse()
            .select(
                pl.col("open_time").cast(pl.String),
                *texts("open", "high", "low", "close"),
                *self.volumes(),
                pl.when(closed).then(pl.lit("1")).otherwise(pl.lit("0")).alias("confirm"),
            )
            .rows()
        )
        return found(rows)


def found(rows: list[Any]) -> Answer:
    return Answer({"code": "0", "msg": "", "data": rows}, rows=rows)


def _coded(code: str, message: str, status: int) -> Answer:
    return Answer({"code": code, "msg": message, "data": []}, status)
