"""Stored articles, newest first."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from api.answers import iso
from api.queries.rows import source_of
from resources.directory import Directory
from resources.errors import InvalidInput, UnknownName
from resources.lake import Lake, collect
from resources.ledger import Ledger, news
from resources.ledger.news import Place, Wanted
from resources.schemas import NEWS, utc

Row = dict[str, Any]


def find_source(ledger: Ledger, directory: Directory, spelling: str) -> str:
    """What articles of a provider, by id or name, or of a publisher are found by.

    Raises UnknownName with the nearest providers where there is neither.
    """
    try:
        return directory.provider(spelling).id
    except UnknownName as error:
        name = " ".join(spelling.split())
        if news.knows_source(ledger, name):
            return name
        raise UnknownName("source", spelling, error.nearest) from error


def page(lake: Lake, ledger: Ledger, wanted: Wanted, limit: int) -> tuple[list[Row], str | None]:
    """The newest articles of those that are wanted, and where the next page begins."""
    found = news.find(ledger, wanted, limit + 1)
    rows = articles(lake, found[:limit])
    last = found[limit - 1] if len(found) > limit else None
    return rows, last and f"{last.published_at} {last.id}"


def after(place: str) -> tuple[int, str]:
    """The article that a page has ended with; InvalidInput for a text that `page` never told."""
    at, _, article = place.partition(" ")
    if not at.isdecimal() or len(at) > 15:
        raise InvalidInput("cursor is not one that an answer of this list has carried")
    return int(at), article


def articles(lake: Lake, places: Sequence[Place]) -> list[Row]:
    """The stored rows at these places, in their order, as an answer has them."""
    if not places:
        return []
    times = [place.published_at for place in places]
    rows = lake.scan(
        NEWS,
        {"period": sorted({place.period for place in places})},
        utc(min(times)),
        utc(max(times) + 1),
    )
    stored = _by_id(rows, [place.id for place in places])
    return [article(stored[place.id]) for place in places if place.id in stored]


def with_ids(lake: Lake, periods: Sequence[str], ids: Sequence[str]) -> list[Row]:
    """The articles of some ids that lie in these periods, oldest first, as an answer has them."""
    stored = _by_id(lake.scan(NEWS, {"period": periods}), ids)
    ordered = sorted(stored.values(), key=lambda row: (row["published_at"], row["id"]))
    return [article(row) for row in ordered]


def _by_id(rows: pl.LazyFrame, ids: Sequence[str]) -> dict[str, Row]:
    found = collect(rows.filter(pl.col("id").is_in(ids)))
    return {row["id"]: row for row in found.iter_rows(named=True)}


def article(row: Mapping[str, Any]) -> Row:
    """A stored row as an answer has it, and as the sockets tell it."""
    plain = ("id", "title", "summary", "url", "publisher", "author", "language", "assets")
    return {
        **{name: row[name] for name in plain},
        "source": source_of(row["provider"], row["mode"]),
        "also_in": [source_of(name, row["mode"]) for name in row["also_in"]],
        "also_at": row["also_at"],
        "published_at": _iso(row["published_at"]),
        "fetched_at": _iso(row["fetched_at"]),
        "flags": row["flags"],
        "sentiment": {
            "label": row["sentiment"],
            **{name: row[name] for name in ("score", "confidence", "engine", "model")},
            "degraded": "degraded" in row["flags"],
        },
    }


def _iso(at: Any) -> str:
    return iso(round(at.timestamp() * 1000))
