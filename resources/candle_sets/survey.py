"""A first look through a whole file, before anything of it is stored."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from resources.candle_sets.names import interval_of, market_of, read_market
from resources.candle_sets.shape import Layout, unordered
from resources.candle_sets.tables import readable
from resources.errors import InvalidInput
from resources.market import Interval, Symbol
from resources.schemas import IMPORTED, check_candles

_SOURCE = re.compile(r"[A-Za-z0-9][\w.:+ -]{0,63}", re.ASCII)
_MARKET = ("symbol", "interval")
# Candles from which on their distance says whether the interval is right.
_ENOUGH = 10


@dataclass(frozen=True, slots=True)
class Named:
    """What the user says of files beside their names and columns."""

    symbol: Symbol | None = None
    interval: Interval | None = None
    source: str | None = None


@dataclass(slots=True)
class _Market:
    rows: int
    last: int  # open time, ms
    step: int | None  # the smallest distance of two candles, ms


@dataclass(slots=True)
class Survey:
    """What a file holds: its rows by (symbol, interval), and those that break a rule by reason."""

    path: Path
    rows: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    _markets: dict[tuple[str, str], _Market] = field(default_factory=dict)

    @property
    def markets(self) -> Mapping[tuple[str, Interval], int]:
        return {(symbol, Interval(i)): m.rows for (symbol, i), m in self._markets.items()}

    def look(self, frame: pl.DataFrame, now: int) -> None:
        """Take one more piece. Raises InvalidInput where times do not ascend."""
        numbered = frame.with_row_index("row", self.rows)
        self.rows += frame.height
        for (symbol, interval), rows in numbered.group_by(_MARKET, maintain_order=True):
            self._ascend((str(symbol), str(interval)), rows)
            checked = check_candles(rows, Interval(str(interval)), now)
            self.broken.update(checked["reason"].drop_nulls().to_list())

    def _ascend(self, market: tuple[str, str], candles: pl.DataFrame) -> None:
        times = candles["open_time"].dt.epoch("ms")
        known = self._markets.get(market)
        before = times.shift(1) if known is None else times.shift(1, fill_value=known.last)
        steps = (times - before).drop_nulls()
        if (steps <= 0).any():
            at = int((steps <= 0).arg_max() or 0) - len(steps)
            raise unordered(candles["row"][at], f"the candle {_iso(times[at])} of {market[0]}")
        smallest = [int(s) for s in (steps.min(), known and known.step) if isinstance(s, int)]
        rows = (known.rows if known else 0) + len(times)
        self._markets[market] = _Market(rows, int(times[-1]), min(smallest, default=None))

    def judge(self) -> None:
        """Raises InvalidInput where this is, as a whole, no candle set of its intervals."""
        if not self.rows:
            raise InvalidInput("it holds no candles")
        if 2 * self.broken.total() > self.rows:
            reason, count = self.broken.most_common(1)[0]
            raise InvalidInput(
                f"{self.broken.total():,} of its {self.rows:,} candles are not sound, "
                f"{count:,} of them: {reason}"
            )
        for (symbol, interval), market in self._markets.items():
            enough = market.rows >= _ENOUGH and market.step is not None
            if enough and (market.step or 0) > Interval(interval).ms:
                raise InvalidInput(
                    f"the candles of {symbol} are at least {(market.step or 0) // 60_000} minutes "
                    f"apart: they are not of {interval}"
                )


def survey(layout: Layout, path: Path, named: Named, now: int) -> Survey:
    """Read a file to its end. `now` is ms since 1970.

    Raises InvalidInput and UnknownSymbol, which say what is wrong with it.
    """
    found = Survey(path)
    # Whatever polars refuses in there, it is the file.
    with readable(layout.name):
        for frame in located(layout, path, named):
            found.look(frame, now)
    found.judge()
    return found


def located(layout: Layout, path: Path, named: Named) -> Iterator[pl.DataFrame]:
    """The frames of a file with canonical symbol, interval and source in each row.

    Columns of the file count most, then what the user says, then the name of the file.
    """
    for frame in layout.read(path):
        if frame.height:
            yield frame.with_columns(
                _intervals(frame["interval"], path, named),
                _symbols(frame["symbol"], path, named),
                _sources(frame["source"], layout, named),
            )


def _symbols(column: pl.Series, path: Path, named: Named) -> pl.Series:
    spelt = column.drop_nulls().unique().to_list()
    meant = {text: str(read_market(text)) for text in spelt}
    _agree(meant.values(), named.symbol, "--symbol")
    rest = ""
    if column.null_count():
        rest = str(named.symbol or market_of(path))
    return _replaced(column, meant, rest)


def _intervals(column: pl.Series, path: Path, named: Named) -> pl.Series:
    meant = {text: str(Interval.parse(text)) for text in column.drop_nulls().unique().to_list()}
    _agree(meant.values(), named.interval, "--interval")
    rest = ""
    if column.null_count():
        rest = str(named.interval or interval_of(path))
    return _replaced(column, meant, rest)


def _sources(column: pl.Series, layout: Layout, named: Named) -> pl.Series:
    told = [named.source] if named.source else column.drop_nulls().unique().to_list()
    meant = {text: text.removeprefix(f"{IMPORTED}:") for text in told}
    for text in meant.values():
        if not _SOURCE.fullmatch(text):
            raise InvalidInput(f"{text[:80]!r} is no source: up to 64 letters, digits, . : + - _")
    if named.source:
        return pl.repeat(meant[named.source], len(column), eager=True).alias("source")
    return _replaced(column, meant, layout.source)


def _agree(told: Iterable[str], given: Symbol | Interval | None, option: str) -> None:
    others = sorted(set(told) - {str(given)}) if given else []
    if others:
        raise InvalidInput(f"it holds {', '.join(others[:5])}, which {option} {given} is not")


def _replaced(column: pl.Series, meant: Mapping[str, str], rest: str) -> pl.Series:
    made = column.replace_strict(meant, default=None, return_dtype=pl.String) if meant else column
    return made.fill_null(rest)


def _iso(at: int) -> str:
    return str(pl.Series([at]).cast(pl.Datetime("ms")).dt.strftime("%Y-%m-%dT%H:%M:%SZ")[0])
