"""Tables of the lake that follow from others: whether they do. A run of Dagster makes them anew."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import polars as pl
import sqlalchemy as sa

from resources.diagnostics.derived import REBUILT
from resources.diagnostics.issue import Apply, Check, Fix, Issue
from resources.diagnostics.platform import Platform
from resources.errors import InvalidInput, Unavailable
from resources.lake import collect
from resources.ledger.tables import commit_readers, commits
from resources.plan import RESAMPLED_ASSET, SENTIMENT_ASSET, day_key, month_key
from resources.schemas import CANDLES, NEWS, SENTIMENT, Table, utc

# Both are made in the run that makes what they follow from; candles come once an hour at least.
_LATE = timedelta(hours=3)


def _sentiment(platform: Platform) -> Iterator[Issue]:
    scored = pl.col("sentiment").is_not_null() & (pl.col("confidence") > 0)
    of_news = _newest_known(platform, NEWS, scored)
    of_sentiment = _newest_known(platform, SENTIMENT, pl.lit(value=True))
    if of_news is None:
        return
    # The first hour is counted in the run that has stored its articles.
    behind = of_news - of_sentiment if of_sentiment else utc(platform.ledger.now()) - of_news
    if behind > _LATE:
        yield _late(platform, SENTIMENT_ASSET, "the sentiment by hour is behind the news")


def _newest_known(platform: Platform, table: Table, which: pl.Expr) -> datetime | None:
    if table not in platform.lake.tables():
        return None
    rows = platform.lake.scan(table, {}).filter(which)
    found: datetime | None = collect(rows.select(pl.col("known_at").max())).item()
    return found


def _resampled(platform: Platform) -> Iterator[Issue]:
    seen = sa.select(commit_readers.c.seq).where(commit_readers.c.name == "resampled")
    late = commits.c.at < platform.ledger.clock - _LATE // timedelta(milliseconds=1)
    with platform.ledger.read() as connection:
        seq = connection.execute(seen).scalar() or 0
        mine = sa.select(sa.func.count()).where(commits.c.table_name == CANDLES.name, late)
        count = connection.execute(mine.where(commits.c.seq > seq)).scalar_one()
    if count:
        message = f"resampled candles are behind by {count} commits of candles"
        yield _late(platform, RESAMPLED_ASSET, message)


def _late(platform: Platform, asset: str, message: str) -> Issue:
    fix = Fix("rebuild", asset, f"launch a run of {asset}") if platform.dagster else None
    return Issue("warning", message, {"asset": asset}, fix)


def _rebuild(platform: Platform, target: str) -> str:
    if target in REBUILT:
        return REBUILT[target](platform, target)
    if platform.dagster is None:
        raise Unavailable("Dagster does not run: nothing can be launched")
    now = platform.ledger.now()
    partitions = {SENTIMENT_ASSET: day_key(now), RESAMPLED_ASSET: month_key(now)}
    if target not in partitions:
        raise InvalidInput(f"{target} is nothing that is derived")
    launched = platform.dagster.backfill(target, [partitions[target]], {})
    return f"a run of {target} was launched (backfill {launched})"


CHECKS: dict[str, Check] = {"sentiment_follows": _sentiment, "resampled_follows": _resampled}
FIXES: dict[str, Apply] = {"rebuild": _rebuild}
