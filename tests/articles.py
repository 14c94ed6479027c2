"""Scored articles, made by hand."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from resources.schemas import NEWS, utc

SCORES = {"bullish": 0.8, "neutral": 0.0, "bearish": -0.6}


def article(number: int, at: int, sentiment: str = "neutral", **values: Any) -> dict[str, Any]:
    """A row of NEWS that was published at `at`, ms, and became known a minute later."""
    said = {
        "id": f"{number:016x}",
        "title": f"Story {number}",
        "summary": None,
        "url": f"https://news.example/story/{number}",
        "publisher": None,
        "author": None,
        "language": "en",
        "assets": ["BTC"],
        "flags": [],
        "also_in": [],
        "also_at": [],
        "provider": "coindesk_rss",
        "mode": "sandbox",
    }
    scored = {
        "sentiment": sentiment,
        "score": SCORES[sentiment],
        "confidence": 0.9,
        "engine": "embedded",
        "model": "ours",
    }
    known = utc(at + 60_000)
    times = {"published_at": utc(at), "fetched_at": known, "known_at": known}
    return {"period": f"{utc(at):%Y-%m}", **said, **scored, **times, **values}


def articles(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=NEWS.schema)
