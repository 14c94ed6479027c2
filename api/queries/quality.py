"""How good stored candles and prices are, and where sources do not agree."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
import polars as pl
import sqlalchemy as sa

from api.answers import iso
from api.params import DAY_MS, LATEST
from api.queries.rows import source_of
from resources.errors import InvalidInput
from resources.lake import Lake, collect
from resources.ledger import Ledger
from resources.ledger.tables import quality_events
from resources.market import Interval
from resources.plan import Window
from resources.quality import outliers, scored
from resources.schemas import CANDLE_QUALITY, PRICES, utc

Row = dict[str, Any]

_COUNTS = (
    "expected", "present", "gaps", "not_fetched", "quarantined", "not_there", "duplicates",
    "revisions", "outliers", "comparisons", "disagreements",
)  # fmt: skip
_MINUTE = Interval.M1.ms
_MINUTES = DAY_MS // _MINUTE
_Place = tuple[Annotated[int, msgspec.Meta(ge=0, le=LATEST)], str, str, str, str, str]
_decoder = msgspec.json.Decoder(_Place)
_EVENT_KEY = ("symbol", "interval", "kind", "provider", "other_provider")


def of_candles(
    lake: Lake, since: int, symbol: str | None = None, interval: str | None = None
) -> list[Row]:
    """The newest day of each market and interval since a moment (ms), and all these days in one."""
    rows = lake.scan(CANDLE_QUALITY, {}, utc(since))
    for name, wanted in (("symbol", symbol), ("interval", interval)):
        if wanted is not None:
            rows = rows.filter(pl.col(name) == wanted)
    days = collect(rows.sort("symbol", "interval", "day"))
    of = ["symbol", "interval"]
    sums = [pl.col(name).sum() for name in _COUNTS if name != "outliers"]
    # A sum of nothing but unknowns is unknown.
    known = pl.when(pl.col("outliers").count() > 0).then(pl.col("outliers").sum())
    windows = scored(
        days.group_by(of, maintain_order=True).agg(
            *sums, known.alias("outliers"), pl.col("day").min(), days=pl.len()
        )
    )
    newest = days.unique(of, keep="last", maintain_order=True)
    return [
        {
            **_row("ohlcv", day, day["day"], day["day"] + timedelta(days=1)),
            "measured_at": _iso(day["known_at"]),
            "window": {"days": window["days"], "from": _iso(window["day"]), **_measures(window)},
        }
        for day, window in zip(newest.to_dicts(), windows.to_dicts(), strict=True)
    ]


def of_prices(lake: Lake, now: int, symbol: str | None = None) -> list[Row]:
    """The last 1,440 whole minutes of each asset that has a price in them."""
    end = now // _MINUTE * _MINUTE
    window = Window(end - DAY_MS, end)
    days = sorted({f"{utc(at):%Y-%m-%d}" for at in (window.start, window.end - 1)})
    rows = lake.scan(PRICES, {"day": days}, utc(window.start), utc(window.end))
    if symbol is not None:
        rows = rows.filter(pl.col("symbol") == symbol)
    minutes = collect(rows.select("symbol", "minute", "price", "mode")).sort("symbol", "minute")
    follows = pl.col("minute").unique(maintain_order=True).diff() > timedelta(milliseconds=_MINUTE)
    first, last = pl.col("minute").first(), pl.col("minute").last()
    counts = minutes.group_by("symbol", maintain_order=True).agg(
        pl.col("mode").last(),
        expected=pl.lit(_MINUTES, pl.Int64),
        present=pl.col("minute").n_unique().cast(pl.Int64),
        gaps=follows.sum().cast(pl.Int64)
        + (first > utc(window.start)).cast(pl.Int64)
        + (last < utc(window.end - _MINUTE)).cast(pl.Int64),
        duplicates=(pl.len() - pl.col("minute").n_unique()).cast(pl.Int64),
        revisions=pl.lit(0, pl.Int64),
        comparisons=pl.lit(0, pl.Int64),
        disagreements=pl.lit(0, pl.Int64),
    )
    closes = minutes.select("symbol", open_time="minute", close="price")
    far = outliers(closes, Interval.M1, window.start)
    unknown = dict.fromkeys(("not_fetched", "quarantined", "not_there"), pl.lit(None, pl.Int64))
    named = scored(counts.join(far, on="symbol", how="left", maintain_order="left"))
    origin = {"interval": pl.lit("1m"), "provider": pl.lit("consensus")}
    measured = named.with_columns(**unknown, **origin)
    ends = utc(window.start), utc(window.end)
    return [
        {**_row("prices", row, *ends), "measured_at": _iso(ends[1]), "window": None}
        for row in measured.to_dicts()
    ]


def events(
    ledger: Ledger, wanted: dict[str, str | None], limit: int, after: str | None, mode: str
) -> tuple[list[Row], str | None]:
    """What sources do not agree on, newest candles first, and after which one the next page is.

    `wanted` are values that columns have; `after` is what an earlier call returned, and
    InvalidInput is raised for another text.
    """
    table = quality_events.c
    key = [table[name] for name in _EVENT_KEY]
    query = sa.select(quality_events).order_by(table.open_time.desc(), *key).limit(limit + 1)
    query = query.where(*(table[name] == value for name, value in wanted.items() if value))
    if after is not None:
        at, *names = _parsed(after)
        later = sa.and_(table.open_time == at, sa.tuple_(*key) > sa.tuple_(*names))
        query = query.where(sa.or_(table.open_time < at, later))
    with ledger.read() as connection:
        found = [dict(row._mapping) for row in connection.execute(query)]
    rows = [_event_row(row, mode) for row in found[:limit]]
    if len(found) <= limit:
        return rows, None
    last = found[limit - 1]
    place = [last["open_time"], *(last[name] for name in _EVENT_KEY)]
    return rows, msgspec.json.encode(place).decode()


def _parsed(after: str) -> _Place:
    try:
        place: _Place = _decoder.decode(after)
    except msgspec.DecodeError as error:
        raise InvalidInput("cursor is not one that an answer of this list has carried") from error
    return place


def _event_row(row: Row, mode: str) -> Row:
    return {
        **{name: row[name] for name in ("kind", "symbol", "interval")},
        "open_time": iso(row["open_time"]),
        "close": row["close"],
        "source": source_of(row["provider"], mode),
        "other_close": row["other_close"],
        "other_source": source_of(row["other_provider"], mode),
        "difference": row["other_close"] / row["close"] - 1,
        "recorded_at": iso(row["at"]),
    }


def _row(feed: str, row: Row, start: Any, end: Any) -> Row:
    names = {"feed": feed, "symbol": row["symbol"], "interval": row["interval"]}
    source = source_of(row["provider"], row["mode"])
    return {**names, "source": source, "from": _iso(start), "to": _iso(end), **_measures(row)}


def _measures(row: Row) -> Row:
    counted = {name: row[name] for name in _COUNTS}
    return {"score": row["score"], "completeness": row["completeness"], **counted,
            "agreement": row["agreement"]}  # fmt: skip


def _iso(at: Any) -> str:
    return iso(round(at.timestamp() * 1000))
