"""News in JSON, by a map from our fields to theirs."""

from collections.abc import Mapping
from typing import Any

import msgspec
import polars as pl

from resources.news.stories import Story, story_frame

_MOST = 5_000
# What a map may name: the list of stories, empty where the answer itself is it, and fields of each.
NAMES = ("stories", "title", "summary", "url", "publisher", "author", "language", "published")
NEEDED = ("title", "url", "published")


def parse_articles(body: bytes, fields: Mapping[str, str], base: str = "") -> pl.DataFrame:
    """
    A frame of NEWS_PAGE; `fields` says where things stand, with dots between steps and | between
    places of which the first that has anything counts:

        {"stories": "articles", "title": "title", "summary": "description", "url": "url",
         "publisher": "source.name", "published": "publishedAt"}

        {"status":"ok","totalResults":2417,"articles":[{"source":{"id":null,"name":"Gizmodo.com"},
          "author":"Jane Doe","title":"Bitcoin holds its ground","description":"Trading was calm.",
          "url":"https://gizmodo.com/bitcoin-1","publishedAt":"2026-02-18T20:17:58Z"}]}

    Raises ValueError for what is no JSON, has no such list, or more than 5,000 stories.
    """
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(
            f"it is no JSON ({error}): {body[:80].decode(errors='replace')!r}"
        ) from error
    stories = _at(answer, fields.get("stories", ""))
    if not isinstance(stories, list):
        shown = body[:120].decode(errors="replace")
        raise ValueError(f"it has no list at {fields.get('stories') or 'its top'!r}: {shown!r}")
    if len(stories) > _MOST:
        raise ValueError(f"it has {len(stories):,} stories, more than the {_MOST:,} that are taken")
    return story_frame([_story(one, fields, base) for one in stories])


def _story(one: Any, fields: Mapping[str, str], base: str) -> Story:
    story = Story(base=base)
    for name, paths in fields.items():
        if name != "stories":
            told = (_text(_at(one, path)) for path in paths.split("|"))
            setattr(story, name, next(filter(None, told), ""))
    return story


def _at(node: Any, path: str) -> Any:
    """What stands at a path; None where nothing does."""
    for step in path.split(".") if path else ():
        node = node.get(step) if isinstance(node, dict) else None
    return node


def _text(value: Any) -> str:
    """A value as text; of several the first ones, as of authors."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value[:5])))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, str | int | float) and value is not True else ""
