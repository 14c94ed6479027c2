"""Rows of any table of the lake that change a little from one time to the next."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from resources.schemas import UTC_TIME, Table, bucket_of

_PERIODS = {"day": "%Y-%m-%d", "period": "%Y-%m", "year": "%Y"}
_PROVIDERS = ["binance", "bitfinex", "bitstamp", "bybit", "coinbase", "coingecko", "gate", "gemini",
              "htx", "kraken", "kucoin", "okx"]  # fmt: skip
_FIXED: Mapping[str, Any] = {
    "mode": "live", "interval": "4h", "quote": "USD", "quality": "consensus", "reason": None, "n_sources": 5,
}  # fmt: skip
_DIGITS = 8
Figures = np.ndarray[Any, np.dtype[np.float64]]


class MadeRows:
    """Rows of so many `names`, each the strings of the key. Figures wander by a thousandth a step and
    have eight digits, as quotes have; times of observation differ by the row.

    `alike` names in a row tell the same price, some basis points apart; what is `shared` is one
    figure for all of a time.
    """

    def __init__(
        self,
        table: Table,
        names: Sequence[tuple[str, ...]],
        alike: int = 1,
        shared: Sequence[str] = (),
        seed: int = 1,
    ) -> None:
        self.table = table
        self._names = names
        self._alike = alike
        self._shared = shared
        self._chance = np.random.default_rng(seed)
        self._state: dict[str, Figures] = {}
        self._named = {column: at for at, column in enumerate(named(table))}

    def at(self, times: Sequence[datetime]) -> pl.DataFrame:
        """All names at each of these times."""
        moments = pl.Series("_at", times, UTC_TIME).to_frame()
        at = moments.join(pl.DataFrame({"_name": range(len(self._names))}), how="cross")["_at"]
        steps = len(times)
        columns = {
            name: self._column(name, kind, at, steps) for name, kind in self.table.schema.items()
        }
        frame = pl.DataFrame(columns)
        return frame.select(pl.col(name).cast(kind) for name, kind in self.table.schema.items())

    def _column(self, name: str, kind: pl.DataType, at: pl.Series, steps: int) -> pl.Series:
        if name == self.table.time or name in _PERIODS:
            return at if name == self.table.time else at.dt.strftime(_PERIODS[name])
        if name == "bucket":
            symbols = (names[self._named["symbol"]] for names in self._names)
            return pl.Series([bucket_of(symbol) for symbol in symbols] * steps)
        if name in _FIXED:
            return pl.repeat(_FIXED[name], at.len(), eager=True)
        if name in self._named:
            mine = [names[self._named[name]] for names in self._names]
            return pl.Series(mine * steps)
        if name in ("fetched_at", "known_at"):
            return at.dt.offset_by("2s317ms")
        return self._made(name, kind, at, steps)

    def _made(self, name: str, kind: pl.DataType, at: pl.Series, steps: int) -> pl.Series:
        if kind == UTC_TIME:
            late = pl.Series(self._chance.integers(0, 20_000, at.len()))
            return (at.dt.epoch("ms") - late).cast(pl.Datetime("ms", "UTC"))
        if kind.is_numeric():
            walk = self._walk(name, steps)
            return pl.Series(walk if kind.is_float() else walk.round() % 2**31)
        if kind == pl.Boolean:
            return pl.Series(self._chance.random(at.len()) < 0.97)
        if kind == pl.String:
            return pl.Series([f"{name} {number}" for number in range(len(self._names))] * steps)
        return (
            self._lists(at.len()) if kind == pl.List(pl.String) else self._structs(kind, at.len())
        )

    def _walk(self, name: str, steps: int) -> Figures:
        alike = len(self._names) if name in self._shared else self._alike
        count = len(self._names) // alike
        if name not in self._state:
            self._state[name] = np.exp(self._chance.uniform(-5, 12, count))
        noise = self._chance.normal(0, 0.001, (steps, count))
        walk = self._state[name] * np.exp(np.cumsum(noise, axis=0))
        self._state[name] = walk[-1]
        told = np.repeat(walk, alike, axis=1)
        if name not in self._shared and alike > 1:
            told = told * self._chance.normal(1, 0.0003, told.shape)
        scale = 10.0 ** (_DIGITS - 1 - np.floor(np.log10(told)))
        rounded: Figures = np.round(told * scale) / scale
        return rounded.ravel()

    def _lists(self, count: int) -> pl.Series:
        picked = self._chance.random((64, len(_PROVIDERS))).argsort(axis=1)[:, :5]
        sets = [sorted(_PROVIDERS[at] for at in row) for row in picked]
        return pl.Series(sets).gather(self._chance.integers(0, 64, count))

    def _structs(self, kind: pl.DataType, count: int) -> pl.Series:
        values = [
            [
                {"chain": f"chain {at}", "tvl": float(self._chance.integers(1, 10**9))}
                for at in range(3)
            ]
            for _ in range(count)
        ]
        return pl.Series(values, dtype=kind)


def named(table: Table) -> list[str]:
    """The columns of the key that `names` are of."""
    strings = (name for name in table.key if table.schema[name] == pl.String)
    return [name for name in strings if name not in _PERIODS and name not in _FIXED]
