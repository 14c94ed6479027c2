"""Tables of the ledger that follow from the lake: whether they do, and how they are made anew.

What a running process has stored within the last minute may not have been told of yet.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import polars as pl

from resources.diagnostics.issue import Apply, Check, Fix, Issue
from resources.diagnostics.platform import GRACE_MS, Platform
from resources.flush_news import catch_up
from resources.flush_prices import price_row
from resources.lake import Partition, collect
from resources.ledger import coverage, feed_times, latest, news
from resources.market import Interval
from resources.plan import Window
from resources.schemas import CANDLES, FEED_TABLES, NEWS, PRICES, Table, utc

# An asset that had no price for longer keeps what the ledger has of it.
_DAYS = 7
_NEWS = "news"


def _settled(platform: Platform) -> datetime:
    return utc(platform.ledger.now() - GRACE_MS)


def _parts(platform: Platform, table: Table) -> list[Partition]:
    """The partitions of a table that nobody has just written to; none where there is no table."""
    if table not in platform.lake.tables():
        return []
    settled = _settled(platform)
    return [one for one in platform.lake.partitions(table) if one.written < settled]


def _newest_prices(platform: Platform, days: int) -> pl.DataFrame:
    """The newest row of each asset that was priced within the last `days` days with prices."""
    if PRICES not in platform.lake.tables():
        return PRICES.schema.to_frame()
    last = platform.lake.periods(PRICES)[-days:]
    rows = platform.lake.scan(PRICES, {"day": last})
    rows = rows.filter(pl.col("known_at") < _settled(platform))
    return collect(rows.sort("minute").group_by("symbol").last()).sort("symbol")


def _prices(platform: Platform) -> Iterator[Issue]:
    stored = _newest_prices(platform, 1)
    known = {symbol: row["at"] for symbol, row in latest.read_prices(platform.ledger).items()}
    times = stored.select("symbol", pl.col("minute").dt.epoch("ms")).iter_rows()
    if behind := [symbol for symbol, at in times if at > known.get(symbol, 0)]:
        does = f"take the newest prices of the last {_DAYS} days from the lake"
        message = f"the newest prices of {len(behind)} assets are not those of the lake"
        fix = Fix("rebuild", "latest_prices", does)
        yield Issue("warning", message, {"symbols": behind}, fix)


def rebuild_prices(platform: Platform) -> str:
    rows = [price_row(row) for row in _newest_prices(platform, _DAYS).to_dicts()]
    with platform.ledger.write() as connection:
        latest.put_prices(connection, platform.ledger, rows)
    return f"the newest prices of {len(rows)} assets were taken from the lake"


def _uncovered(platform: Platform) -> dict[Interval, list[str]]:
    """Markets with candles in the lake before or after all that is covered, by interval."""
    if CANDLES not in platform.lake.tables():
        return {}
    opens = pl.col("open_time").dt.epoch("ms")
    rows = platform.lake.scan(CANDLES, {}).filter(pl.col("known_at") < _settled(platform))
    ends = rows.group_by("interval", "symbol").agg(opens.min().alias("first"), opens.max())
    found: dict[Interval, list[str]] = {}
    covered = coverage.covered_by_interval(platform.ledger)
    for interval, symbol, first, last in collect(ends).sort("interval", "symbol").iter_rows():
        windows = covered.get(Interval(interval), {}).get(symbol)
        if not windows or first < windows[0].start or last >= windows[-1].end:
            found.setdefault(Interval(interval), []).append(symbol)
    return found


def _coverage(platform: Platform) -> Iterator[Issue]:
    if found := _uncovered(platform):
        names = {str(interval): symbols for interval, symbols in found.items()}
        count = sum(map(len, found.values()))
        does = "note as covered the times of all candles that are stored of them"
        message = (
            f"{count} markets have candles that count as not collected: they are fetched again"
        )
        yield Issue("warning", message, {"markets": names}, Fix("rebuild", "coverage", does))


def rebuild_coverage(platform: Platform) -> str:
    count = 0
    for interval, symbols in _uncovered(platform).items():
        rows = platform.lake.scan(CANDLES, {"interval": [str(interval)]})
        mine = rows.filter(pl.col("symbol").is_in(symbols))
        times = collect(mine.select("symbol", pl.col("open_time").dt.epoch("ms")))
        windows = [
            (symbol, Window(at, at + interval.ms))
            for symbol, at in times.sort("symbol").iter_rows()
        ]
        with platform.ledger.write() as connection:
            coverage.extend(connection, interval, windows)
        count += len(symbols)
    return f"the coverage of {count} markets was extended by their stored candles"


def _late_tables(platform: Platform) -> dict[str, int]:
    """Tables of feeds of which the lake has newer data than the ledger says, with the time, ms."""
    known, found = feed_times.read(platform.ledger), {}
    for table in (one for tables in FEED_TABLES.values() for one in tables):
        high = max((one.high for one in _parts(platform, table)), default=None)
        # Of news the ledger has when they were asked for, which is later than they are.
        if high is not None and table is not NEWS:
            at = round((high.replace(tzinfo=high.tzinfo) - utc(0)) / timedelta(milliseconds=1))
            if at > known.get(table.name, 0):
                found[table.name] = at
    return found


def _feed_times(platform: Platform) -> Iterator[Issue]:
    if found := _late_tables(platform):
        does = "take the times of their newest rows from the lake"
        message = f"the lake has newer data than the ledger says of {', '.join(found)}"
        fix = Fix("rebuild", "feed_times", does)
        yield Issue("warning", message, {"tables": list(found)}, fix)


def rebuild_feed_times(platform: Platform) -> str:
    found = _late_tables(platform)
    with platform.ledger.write() as connection:
        for name, at in found.items():
            feed_times.advance(connection, platform.ledger, name, at)
    return f"the newest times of {len(found)} tables were taken from the lake"


def _news(platform: Platform) -> Iterator[Issue]:
    stored = sum(one.rows for one in _parts(platform, NEWS))
    indexed = news.count(platform.ledger)
    if stored > indexed:
        does = "index the articles that are not"
        message = (
            f"{stored - indexed} articles of the lake are not in the index: no search finds them"
        )
        fix = Fix("rebuild", "news_index", does)
        yield Issue("warning", message, {"stored": stored, "indexed": indexed}, fix)


def rebuild_news(platform: Platform) -> str:
    return f"{catch_up(platform.lake, platform.ledger)} articles were indexed"


CHECKS: dict[str, Check] = {
    "latest_prices_follow": _prices,
    "coverage_follows": _coverage,
    "feed_times_follow": _feed_times,
    "news_index_follows": _news,
}
REBUILT: dict[str, Apply] = {
    "latest_prices": lambda platform, _: rebuild_prices(platform),
    "coverage": lambda platform, _: rebuild_coverage(platform),
    "feed_times": lambda platform, _: rebuild_feed_times(platform),
    "news_index": lambda platform, _: rebuild_news(platform),
}
