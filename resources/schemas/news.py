"""News: stories as parsers make them, and the table of stored articles."""

import polars as pl

from resources.schemas.page import Page, Rules
from resources.schemas.table import PROVENANCE, UTC_TIME, Table

TITLE_LENGTH = 500
SUMMARY_LENGTH = 2_000
ADDRESS_LENGTH = 2_000

# What may be peculiar about an article, and was mended or is only told.
FLAGS = {
    "cut_title": f"the title had more than {TITLE_LENGTH:,} characters",
    "cut_summary": f"the summary had more than {SUMMARY_LENGTH:,} characters",
    "title_from_summary": "there was no title: it is how the summary begins",
    "markup": "the title had tags, which were taken out",
    "encoding": "the bytes were not of the encoding that the feed names, or of none",
    "repaired": "the feed was no well-formed XML",
    "truncated": "the feed ended in the middle of this item",
    "same_address": "an earlier story of the answer has this address and another title",
    "no_zone": "the time of publication named no zone and was read as UTC",
    "no_date": "no time of publication was told: it is when the article was first seen",
    "bad_date": "the time of publication could not be read: it is when the article was first seen",
    "future_date": "the time of publication was more than an hour ahead: it is when the article was first seen",
    "retitled": "the publisher has changed the title since it was first stored",
    "degraded": "the sentiment was scored by a lexicon, for no model could be loaded",
    "unread": "the title could not be read, mostly for its script: its sentiment counts for nothing",
}  # fmt: skip


def _rules(_: int) -> Rules:
    title, url = pl.col("title"), pl.col("url")
    return (
        (title == "", "no text"),
        (url.is_null(), "no address"),
        (url.str.len_chars() > ADDRESS_LENGTH, "the address is too long"),
        (pl.col("flags").list.contains("truncated"), "cut off in the middle"),
        (
            pl.col("flags").list.contains("same_address"),
            "its address is that of another story of the answer",
        ),
    )


# What a parser of news returns: one row per story, texts without markup, in the feed's order.
NEWS_PAGE = Page(
    "news",
    "news",
    pl.Schema(
        {
            "title": pl.String(),  # empty where there is no text at all
            "summary": pl.String(),  # null where there is none
            "url": pl.String(),  # without what only tracks the reader; null where there is none
            "publisher": pl.String(),  # as the provider names it, null where that is itself
            "author": pl.String(),
            "language": pl.String(),  # ISO 639-1 as the feed says, null where it does not
            "published_at": UTC_TIME,  # null where it is not told or cannot be read
            "flags": pl.List(pl.String()),
        }
    ),
    named="title",
    rules=_rules,
    may_be_empty=True,
)

# One row per article: what several providers carry is one.
NEWS = Table(
    "news",
    pl.Schema(
        {
            "period": pl.String(),  # month of published_at
            "id": pl.String(),  # hash of the address, see news/address.py
            "title": pl.String(),
            "summary": pl.String(),
            "url": pl.String(),
            "publisher": pl.String(),
            "author": pl.String(),
            "language": pl.String(),  # ISO 639-1, null where nobody can tell
            "assets": pl.List(pl.String()),  # tickers of what it mentions, sorted
            "published_at": UTC_TIME,
            "flags": pl.List(pl.String()),  # keys of FLAGS
            "sentiment": pl.String(),  # "bullish", "neutral" or "bearish"
            "score": pl.Float64(),  # from -1 to 1
            "confidence": pl.Float64(),  # of the label, 0 to 1
            "engine": pl.String(),
            "model": pl.String(),
            "also_in": pl.List(pl.String()),  # ids of the other providers that carried it
            "also_at": pl.List(pl.String()),  # its other addresses
            **PROVENANCE,  # provider is who told it first
        }
    ),
    key=("period", "id"),
    partitions=("period",),
    time="published_at",
    values=("title", "summary", "also_in", "also_at"),
    sort=("published_at", "id"),
)
