"""One story as a provider tells it, and the frame of many."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from resources.news.address import article_id, clean_address
from resources.news.dates import published
from resources.news.language import language_code
from resources.news.text import cut, has_markup, plain, tidy, without_footer
from resources.schemas.news import NEWS_PAGE, SUMMARY_LENGTH, TITLE_LENGTH

_SHORT = 200
_TITLE_FROM_SUMMARY = 120


@dataclass(slots=True)
class Story:
    """What a provider tells of one story, as it stands there; empty is what it does not tell.

    An address without a host is below `base`.
    """

    title: str = ""
    summary: str = ""
    url: str = ""
    base: str = ""
    publisher: str = ""
    author: str = ""
    language: str = ""
    published: str = ""
    flags: list[str] = field(default_factory=list)


def story_frame(stories: Sequence[Story]) -> pl.DataFrame:
    """A frame of NEWS_PAGE: plain texts of bounded length, times in UTC. A story at the address of
    an earlier one with another title is flagged "same_address"."""
    rows = [_row(story) for story in stories]
    titles: dict[str, object] = {}
    for row in rows:
        if row["url"] and row["title"] != titles.setdefault(article_id(row["url"]), row["title"]):
            row["flags"].append("same_address")
    return pl.DataFrame(rows, schema=NEWS_PAGE.schema, orient="row")


def _row(story: Story) -> dict[str, Any]:
    at, dated = published(story.published)
    summary, cut_summary = cut(without_footer(plain(story.summary)), SUMMARY_LENGTH)
    title, cut_title = cut(plain(story.title), TITLE_LENGTH)
    told = {
        "title_from_summary": not title and bool(summary),
        "markup": has_markup(story.title),
        "cut_title": cut_title,
        "cut_summary": cut_summary,
        dated or "": dated is not None,
    }
    title = title or cut(summary, _TITLE_FROM_SUMMARY)[0]
    return {
        "title": title,
        # Many publishers tell nothing but the title again.
        "summary": summary if summary not in ("", title) else None,
        "url": clean_address(story.url, story.base),
        "publisher": _short(story.publisher),
        "author": _short(story.author),
        "language": language_code(story.language),
        "published_at": at,
        "flags": [*story.flags, *(flag for flag, holds in told.items() if holds)],
    }


def _short(text: str) -> str | None:
    return cut(tidy(plain(text)), _SHORT)[0] or None
