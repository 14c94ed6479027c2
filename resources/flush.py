"""One commit of what a run has fetched: lake first, then one transaction of the ledger.

A kill between the two leaves rows in the lake without coverage: they are fetched and
merged again, which adds nothing. What the ledger says is therefore always in the lake.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import sqlalchemy as sa

from resources.holes import holes_between
from resources.lake import Lake, Merged
from resources.ledger import Ledger, commits, coverage, gaps, latest, quality_events, quarantine
from resources.market import Interval
from resources.plan import Window, missing, union, without
from resources.quality import apart
from resources.schemas import CANDLES, UTC_TIME, bucket_of, check_candles


@dataclass(frozen=True, slots=True)
class CandlePage:
    """One answer: a CANDLE_PAGE frame of one market, and the window that it proves.

    `told_at` is when it was told, ms: a candle that closes later was still forming.
    """

    symbol: str
    provider: str
    frame: pl.DataFrame
    window: Window
    fetched_at: int
    told_at: int


@dataclass(slots=True)
class Flushed:
    """Counts of one flush, or summed over a run.

    `rows` were not stored before, `disputed` ones are stored otherwise by another provider,
    and `absent` ones nobody who was asked has.
    """

    rows: int = 0
    revised: int = 0
    quarantined: int = 0
    disputed: int = 0
    absent: int = 0
    commits: int = 0
    quarantined_by_reason: dict[str, int] = field(default_factory=dict)

    def add(self, other: "Flushed") -> None:
        self.rows += other.rows
        self.revised += other.revised
        self.quarantined += other.quarantined
        self.disputed += other.disputed
        self.absent += other.absent
        self.commits += other.commits
        for reason, count in other.quarantined_by_reason.items():
            self.quarantined_by_reason[reason] = self.quarantined_by_reason.get(reason, 0) + count


def flush_candles(
    lake: Lake,
    ledger: Ledger,
    interval: Interval,
    pages: Sequence[CandlePage],
    mode: str,
    tolerance: float = 0.005,
) -> Flushed:
    """Store the closed, sound candles of these pages and acknowledge their windows.

    Candles beyond the window of their page are left out, but for the one that still forms.
    A quarantined candle stays missing: it is asked for again. One that is absent from its page
    is a gap. Where another provider has stored a candle already, that one stays; closes that
    differ by more than the share `tolerance` are noted as a disagreement.
    """
    rows = _Rows.of(pages, interval, mode)
    merged = lake.merge(CANDLES, rows.closed) if rows.closed.height else Merged(None)
    version = merged.version
    with ledger.write() as connection:
        if version is None and rows.closed.height and _are_new(connection, interval, pages):
            version = lake.version(CANDLES)
        _keep_broken(connection, ledger, rows.broken)
        seen = gaps.subtract(connection, interval, _seen(pages, rows.checked, interval))
        coverage.extend(connection, interval, _proven(pages, rows, interval))
        gaps.observe(connection, ledger, interval, seen)
        quality_events.record(connection, ledger, _disputes(merged.kept, tolerance))
        latest.put_forming(connection, _forming_rows(rows.forming, interval))
        if version is not None:
            keys = _candle_keys(rows.closed, interval)
            count = merged.inserted + merged.revised
            commits.record(connection, ledger, CANDLES.name, version, keys, count)
    return Flushed(
        merged.inserted,
        merged.revised,
        rows.broken.height,
        merged.kept.height if merged.kept is not None else 0,
        sum(hole.length for one in seen for hole in one.holes) // interval.ms,
        int(version is not None),
        dict(rows.broken.group_by("reason").len().iter_rows()),
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of some pages: `checked` are all of them in order, the others a part each."""

    checked: pl.DataFrame
    closed: pl.DataFrame
    forming: pl.DataFrame
    broken: pl.DataFrame

    @classmethod
    def of(cls, pages: Sequence[CandlePage], interval: Interval, mode: str) -> "_Rows":
        newest = max(page.fetched_at for page in pages)
        checked = check_candles(_with_origin(pages, interval, mode), interval, newest)
        opens = pl.col("open_time").dt.epoch("ms")
        over = opens + interval.ms <= pl.col("told_at")
        proven = (opens >= pl.col("start")) & (opens < pl.col("end"))
        told = checked.select(
            sound=pl.col("reason").is_null(), closed=over & proven, forming=~over
        ).with_columns(pl.col("closed", "forming") & pl.col("sound"))
        # Mostly all are closed, and copies cost more than a look.
        every = bool(told["closed"].all())
        return cls(
            checked,
            _as_candles(checked if every else checked.filter(told["closed"]), interval),
            checked.clear() if every else checked.filter(told["forming"]),
            checked.clear() if every else checked.filter(~told["sound"]),
        )


def _are_new(connection: sa.Connection, interval: Interval, pages: Sequence[CandlePage]) -> bool:
    """Whether any of these windows was not acknowledged: what is stored of it is from a run that
    was killed and told nobody."""
    known = coverage.read_within(connection, sorted({page.symbol for page in pages}), interval)
    return any(missing(page.window, known.get(page.symbol, ())) for page in pages)


def _keep_broken(connection: sa.Connection, ledger: Ledger, broken: pl.DataFrame) -> None:
    numbers = ("open", "high", "low", "close", "volume")
    for (provider, symbol), rows in broken.group_by("provider", "symbol"):
        kept = rows.select("reason", "interval", "open_time", *numbers).to_dicts()
        quarantine.keep(ledger, connection, CANDLES.name, str(provider), str(symbol), kept)


def _with_origin(pages: Sequence[CandlePage], interval: Interval, mode: str) -> pl.DataFrame:
    """The candles of all pages in one frame, each row with where it came from."""
    origins = pl.DataFrame(
        [
            (
                page.symbol,
                bucket_of(page.symbol),
                page.provider,
                page.fetched_at,
                page.told_at,
                page.window.start,
                page.window.end,
                page.frame.height,
            )
            for page in pages
        ],
        schema=["symbol", "bucket", "provider", "fetched_at", "told_at", "start", "end", "rows"],
        orient="row",
    )
    fetched_at = pl.from_epoch("fetched_at", "ms").dt.replace_time_zone("UTC").cast(UTC_TIME)
    per_row = (
        origins.filter(pl.col("rows") > 0)
        .with_columns(fetched_at, pl.int_ranges("rows").alias("row"))
        .explode("row")
        .drop("row", "rows")
        .with_columns(
            pl.col("bucket").cast(pl.Int32),
            interval=pl.lit(str(interval)),
            mode=pl.lit(mode),
            known_at=pl.col("fetched_at"),
        )
    )
    return pl.concat([pl.concat(page.frame for page in pages), per_row], how="horizontal")


def _proven(
    pages: Sequence[CandlePage], rows: _Rows, interval: Interval
) -> list[tuple[str, Window]]:
    """The windows of these pages without the candles of which only broken rows came, by symbol."""
    sound = rows.closed.select("symbol", at=pl.col("open_time").dt.epoch("ms"))
    broken = rows.broken.select("symbol", at=_floored(pl.col("open_time"), interval)).drop_nulls()
    holes: dict[str, list[Window]] = {}
    for symbol, at in broken.join(sound, on=["symbol", "at"], how="anti").iter_rows():
        holes.setdefault(symbol, []).append(Window(at, at + interval.ms))
    broken_by_symbol = {symbol: union(windows) for symbol, windows in holes.items()}
    return [
        (page.symbol, part)
        for page in pages
        for part in without([page.window], broken_by_symbol.get(page.symbol, ()))
    ]


def _floored(opens: pl.Expr, interval: Interval) -> pl.Expr:
    """The open time, ms, of the candle that such a time lies in."""
    offset = interval.floor(0)
    return (opens.dt.epoch("ms") - offset) // interval.ms * interval.ms + offset


def _seen(
    pages: Sequence[CandlePage], checked: pl.DataFrame, interval: Interval
) -> list[gaps.Seen]:
    """What each page proves, and the candles that are absent from it; broken ones are there."""
    step = interval.ms
    # One that does not open where it should is there too: it is quarantined, not absent.
    opens = checked.select(_floored(pl.col("open_time"), interval)).to_series()
    found, at = [], 0
    for page in pages:
        mine = opens.slice(at, page.frame.height)
        at += page.frame.height
        holes = holes_between(mine.drop_nulls(), page.window, step)
        found.append(gaps.Seen(page.symbol, page.provider, page.window, holes))
    return found


def _disputes(kept: pl.DataFrame | None, tolerance: float) -> list[quality_events.Event]:
    if kept is None:
        return []
    far = apart(pl.col("close"), pl.col("other_close"), tolerance)
    return [
        quality_events.Event("disagreement", **row)
        for row in kept.filter(far).iter_rows(named=True)
    ]


def _as_candles(frame: pl.DataFrame, interval: Interval) -> pl.DataFrame:
    period = pl.col("open_time").dt.strftime(interval.period_form)
    return frame.with_columns(period=period).select(CANDLES.schema.names())


def _forming_rows(frame: pl.DataFrame, interval: Interval) -> Sequence[Mapping[str, Any]]:
    newest = frame.sort("open_time").unique("symbol", keep="last", maintain_order=True)
    columns = ("symbol", "open", "high", "low", "close", "volume", "quote_volume", "trades")
    return newest.select(
        *columns,
        "provider",
        "mode",
        pl.lit(str(interval)).alias("interval"),
        pl.col("open_time").dt.epoch("ms"),
        pl.col("fetched_at").dt.epoch("ms"),
    ).to_dicts()


def _candle_keys(frame: pl.DataFrame, interval: Interval) -> Sequence[commits.Key]:
    opens = pl.col("open_time")
    ends = opens.min().alias("oldest"), opens.max().alias("newest")
    spans = frame.group_by("symbol").agg(*(end.dt.epoch("ms") for end in ends)).sort("symbol")
    return [
        {"symbol": symbol, "interval": str(interval), "oldest": oldest, "newest": newest}
        for symbol, oldest, newest in spans.iter_rows()
    ]
