"""One commit of news: what providers have told becomes articles, each once, scored, in lake and index."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import polars as pl
import sqlalchemy as sa

from resources.asking import Told
from resources.flush import Flushed
from resources.lake import Lake, Merged, collect
from resources.ledger import Ledger, commits, feed_times, news
from resources.news.gathering import NEAR, Gathering, Row, row_of
from resources.news.language import language_of
from resources.news.mentions import mentioned
from resources.schemas import utc
from resources.schemas.news import NEWS
from resources.sentiment import Score

Scorer = Callable[[Sequence[str]], Sequence[Score]]

_AT_ONCE = 5_000


def flush_news(
    lake: Lake, ledger: Ledger, told: Sequence[Told], mode: str, score: Scorer
) -> Flushed:
    """Store the sound stories of these answers. Those that are stored already stay: a provider that
    carries one too is noted with it, and a title that its publisher corrects replaces the old one.
    Of several that store at once each sees what the others have stored.
    """
    catch_up(lake, ledger)
    rows = [
        row_of(story, one.provider, mode, utc(one.fetched_at))
        for one in told
        for story in one.frame.filter(pl.col("reason").is_null()).iter_rows(named=True)
    ]
    if not told:
        return Flushed()
    score = _remembering(score)
    score([row["title"] for row in _gathered(lake, ledger, rows).fresh])
    # Scoring takes long. Others may have stored meanwhile, and from here on nobody else does.
    with ledger.write() as connection:
        gathering = _gathered(lake, ledger, rows)
        enrich(gathering.fresh, score)
        fetched_at = max(one.fetched_at for one in told)
        return _flush(lake, ledger, connection, gathering.changed, fetched_at)


def enrich(rows: Sequence[Row], score: Scorer) -> None:
    """Put in the language, the assets that are mentioned and the sentiment of the title."""
    if not rows:
        return
    for row, one in zip(rows, score([row["title"] for row in rows]), strict=True):
        text = f"{row['title']} {row['summary'] or ''}"
        scored = {"degraded": one.degraded, "unread": not one.read}
        flags = [flag for flag in row["flags"] if flag not in scored]
        row |= {
            "language": language_of(text, row["language"]),
            "assets": mentioned(row["title"], row["summary"]),
            "sentiment": one.label,
            "score": one.score,
            "confidence": one.confidence,
            "engine": one.engine,
            "model": one.model,
            "flags": [*flags, *(flag for flag, holds in scored.items() if holds)],
        }


def catch_up(lake: Lake, ledger: Ledger) -> int:
    """Index stored articles that the index lacks, as after a kill between the two; how many."""
    if sum(partition.rows for partition in lake.partitions(NEWS)) == news.count(ledger):
        return 0
    known, added = news.ids(ledger), 0
    for period in lake.periods(NEWS):
        rows = collect(lake.scan(NEWS, {"period": [period]}))
        lacking = rows.filter(~pl.col("id").is_in(list(known)))
        for part in lacking.iter_slices(_AT_ONCE):
            with ledger.write() as connection:
                news.put(connection, part.iter_rows(named=True))
        added += lacking.height
    return added


def _remembering(score: Scorer) -> Scorer:
    """One that scores each text once."""
    scores: dict[str, Score] = {}

    def remembered(texts: Sequence[str]) -> Sequence[Score]:
        new = [text for text in dict.fromkeys(texts) if text not in scores]
        if new:
            scores.update(zip(new, score(new), strict=True))
        return [scores[text] for text in texts]

    return remembered


def _gathered(lake: Lake, ledger: Ledger, rows: Sequence[Row]) -> Gathering:
    gathering = Gathering(_stored(lake, ledger, rows))
    gathering.add(dict(row) for row in rows)
    return gathering


def _stored(lake: Lake, ledger: Ledger, rows: Sequence[Row]) -> Iterable[Row]:
    """Those that these are, by their address, and around the time of others all, for their titles."""
    indexed = news.known(ledger, sorted({row["id"] for row in rows}))
    days: set[date] = set()
    for row in rows:
        if row["id"] not in indexed:
            at = row["published_at"]
            days |= {(at + hours).date() for hours in (-NEAR, -NEAR / 2, 0 * NEAR, NEAR / 2, NEAR)}
    articles = {article for article, _ in indexed.values()}
    periods = {period for _, period in indexed.values()} | {f"{day:%Y-%m}" for day in days}
    same = pl.col("id").is_in(list(articles)) | pl.col("published_at").dt.date().is_in(list(days))
    stored = lake.scan(NEWS, {"period": sorted(periods)}).filter(same)
    return collect(stored).iter_rows(named=True)


def _flush(
    lake: Lake, ledger: Ledger, connection: sa.Connection, rows: Sequence[Row], fetched_at: int
) -> Flushed:
    merged = Merged(None)
    if rows:
        merged = lake.merge(NEWS, pl.DataFrame(rows, schema=NEWS.schema, orient="row"))
    # Also where nothing is new: so many hours without news are no stale ones.
    feed_times.advance(connection, ledger, NEWS.name, fetched_at)
    if merged.version is None:
        return Flushed()
    news.put(connection, rows)
    keys = [{"id": row["id"], "period": row["period"]} for row in rows]
    count = merged.inserted + merged.revised
    commits.record(connection, ledger, NEWS.name, merged.version, keys, count)
    return Flushed(merged.inserted, merged.revised, commits=1)
