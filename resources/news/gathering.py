"""Which articles follow from what is stored and what providers tell: each story once."""

import functools
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from resources.news.address import article_id
from resources.news.mentions import mentioned
from resources.news.titles import Titles

Row = dict[str, Any]

# Titles are compared with those of this time around them: columns have the same one every week.
NEAR = timedelta(hours=48)
_AHEAD = timedelta(hours=1)


def row_of(story: Row, provider: str, mode: str, fetched_at: datetime) -> Row:
    """A story of a NEWS_PAGE as an article; all but its assets and sentiment are known."""
    at, flags = story["published_at"], list(story["flags"])
    if at is not None and at > fetched_at + _AHEAD:
        at = None
        flags.append("future_date")
    at = at or fetched_at
    return {
        **{name: story[name] for name in ("title", "summary", "url", "publisher", "author")},
        "language": story["language"],
        "period": f"{at:%Y-%m}",
        "id": article_id(story["url"]),
        "published_at": at,
        "flags": flags,
        "also_in": [],
        "also_at": [],
        "provider": provider,
        "mode": mode,
        "fetched_at": fetched_at,
        "known_at": fetched_at,
    }


class Gathering:
    """Articles by all of their addresses and titles; `fresh` are new or have another title,
    `changed` those and the ones that are told by more than was known."""

    def __init__(self, stored: Iterable[Row]) -> None:
        self._articles: dict[str, Row] = {}
        self._hosts: dict[str, set[str]] = {}
        self._titles: Titles[str] = Titles()
        self._changed: set[str] = set()
        self._fresh: set[str] = set()
        for row in stored:
            self._keep(row)

    @property
    def changed(self) -> Sequence[Row]:
        """In order of their time."""
        return self._rows(self._changed)

    @property
    def fresh(self) -> Sequence[Row]:
        return self._rows(self._fresh)

    def add(self, told: Iterable[Row]) -> None:
        """Put in what was told: the earliest is the article, the others have carried it too."""
        once = {(row["id"], row["provider"]): row for row in told}
        for row in sorted(once.values(), key=_rank):
            known = self._articles.get(row["id"]) or self._twin(row)
            if known is None:
                self._keep(row)
                self._fresh.add(row["id"])
                self._changed.add(row["id"])
            else:
                self._carried(known, row)

    def _carried(self, known: Row, row: Row) -> None:
        if row["provider"] not in (known["provider"], *known["also_in"]):
            known["also_in"] = sorted([*known["also_in"], row["provider"]])
            self._note(known, row)
        if row["id"] not in self._articles:
            known["also_at"] = sorted([*known["also_at"], row["url"]])
            self._articles[row["id"]] = known
            self._hosts[known["id"]].add(_host(row["url"]))
            self._note(known, row)
        own = (row["id"], row["provider"]) == (known["id"], known["provider"])
        if own and row["title"] != known["title"]:
            # A correction of the publisher's; others only tell it in their own words.
            known |= {name: row[name] for name in ("title", "summary")}
            known["flags"] = [*known["flags"], *({"retitled"} - set(known["flags"]))]
            self._titles.add(known["id"], known["title"])
            self._fresh.add(known["id"])
            self._note(known, row)

    def _note(self, known: Row, row: Row) -> None:
        """An article is told by more than was known: its hour is to be counted anew."""
        known["known_at"] = max(known["known_at"], row["known_at"])
        self._changed.add(known["id"])

    def _twin(self, row: Row) -> Row | None:
        """The article of another publisher, at about the same time, with nearly the same title and
        about the same assets."""
        host = _host(row["url"])
        for key in self._titles.like(row["title"]):
            known = self._articles[key]
            near = abs(known["published_at"] - row["published_at"]) <= NEAR
            other = near and host not in self._hosts[key]
            if other and _assets(known["title"]) == _assets(row["title"]):
                return known
        return None

    def _keep(self, row: Row) -> None:
        for key in (row["id"], *(article_id(address) for address in row["also_at"])):
            self._articles[key] = row
        self._hosts[row["id"]] = {_host(address) for address in (row["url"], *row["also_at"])}
        self._titles.add(row["id"], row["title"])

    def _rows(self, keys: Iterable[str]) -> Sequence[Row]:
        found = (self._articles[key] for key in keys)
        return sorted(found, key=lambda row: (row["published_at"], row["id"]))


def _rank(row: Row) -> tuple[Any, ...]:
    """The earlier first; of several at one time those who tell their own."""
    return row["published_at"], row["publisher"] is not None, row["provider"], row["id"]


@functools.lru_cache(10_000)
def _assets(title: str) -> list[str]:
    return mentioned(title)


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")
