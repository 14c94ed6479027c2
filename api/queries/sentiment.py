"""The mood of news by hour, and that of the market by day."""

from typing import Any

import polars as pl

from api.answers import iso
from api.params import DAY_MS
from api.queries.rows import iso as iso_column
from api.queries.rows import source_of, told_by
from resources.lake import Lake, collect
from resources.plan import Window
from resources.schemas import FEAR_GREED, SENTIMENT, utc
from resources.schemas.sentiment import OF_ASSET, OF_SOURCE, OVERALL

HOUR_MS = 3_600_000
_LABELS = ("bullish", "neutral", "bearish")
# A mean of scores that is nearer to 0 says nothing.
_TELLING = 0.1


def mood(lake: Lake, now: int) -> dict[str, Any]:
    """The newest fear and greed index and the news of the last 24 hours, as an answer."""
    # By whole hours, so that the answer stays the same in between.
    end = now // HOUR_MS * HOUR_MS + HOUR_MS
    news = summed(lake, Window(end - DAY_MS, end))
    mode = news.pop("mode")
    index = _newest_index(lake, now)
    score = _overall(index, news["score"])
    sources = [index["source"]] if index else []
    sources += [source_of("news", mode)] if news["articles"] else []
    return {
        "fear_greed_index": index and {k: index[k] for k in ("value", "classification")},
        "fear_greed_label": index and index["classification"],
        "fear_greed_day": index and index["day"],
        "news": {**news, "hours": 24},
        "overall": {"score": score, "label": label_of(score)},
        **told_by(sources),
    }


def by_hour(
    lake: Lake, window: Window, asset: str | None, source: str | None
) -> list[dict[str, Any]]:
    """A row per hour of publication that has articles, oldest first: of all, of an asset or of a
    provider that carried them."""
    scope, name = OVERALL, ""
    if asset is not None:
        scope, name = OF_ASSET, asset
    elif source is not None:
        scope, name = OF_SOURCE, source
    rows = _hours(lake, window).filter(scope=scope, name=name)
    shown = collect(
        rows.sort("hour").select(iso_column("hour"), *_LABELS, "articles", "score", "models")
    )
    return [{**row, "label": label_of(row["score"])} for row in shown.to_dicts()]


def summed(lake: Lake, window: Window) -> dict[str, Any]:
    """The news of a window in one: counts, and the mean score of its articles."""
    score = (pl.col("score") * pl.col("articles")).sum() / pl.col("articles").sum()
    rows = _hours(lake, window).filter(scope=OVERALL)
    found = collect(
        rows.select(
            *(pl.col(name).sum() for name in ("articles", *_LABELS)),
            score=score.round(4),
            models=pl.col("models").explode().unique().sort().implode(),
            mode=pl.col("mode").max(),
        )
    ).to_dicts()[0]
    if not found["articles"]:
        found |= {"score": None, "models": []}
    return {**found, "label": label_of(found["score"])}


def label_of(score: float | None) -> str | None:
    """The mood that a mean score stands for; None where there is none."""
    if score is None:
        return None
    return "bullish" if score > _TELLING else "bearish" if score < -_TELLING else "neutral"


def fear_greed(lake: Lake, window: Window) -> pl.DataFrame:
    """The rows of FEAR_GREED of the days in [start, end), oldest first."""
    rows = lake.scan(FEAR_GREED, {}, utc(window.start), utc(window.end))
    return collect(rows.sort("of", "provider"))


def index_row(row: dict[str, Any]) -> dict[str, Any]:
    """The value of a day as an answer shows it."""
    return {
        "value": row["value"],
        "classification": row["classification"] or classification(row["value"]),
        "source": source_of(row["provider"], row["mode"]),
    }


def classification(value: float) -> str:
    """In the words of the index of alternative.me, by its bounds."""
    names = ((25, "Extreme Fear"), (46, "Fear"), (55, "Neutral"), (76, "Greed"))
    return next((name for end, name in names if value < end), "Extreme Greed")


def _newest_index(lake: Lake, now: int) -> dict[str, Any] | None:
    """The newest day of the week that has a value."""
    rows = fear_greed(lake, Window(now - 7 * DAY_MS, now + DAY_MS))
    if rows.is_empty():
        return None
    newest = rows.filter(of=rows["of"].max()).to_dicts()[0]
    return {**index_row(newest), "day": iso(round(newest["of"].timestamp() * 1000))}


def _overall(index: dict[str, Any] | None, news: float | None) -> float | None:
    parts = [] if index is None else [(index["value"] - 50) / 50]
    parts += [] if news is None else [news]
    return round(sum(parts) / len(parts), 4) if parts else None


def _hours(lake: Lake, window: Window) -> pl.LazyFrame:
    return lake.scan(SENTIMENT, {}, utc(window.start), utc(window.end))
