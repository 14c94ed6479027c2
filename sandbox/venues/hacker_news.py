"""Hacker News: a search of stories and comments by words and time."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.families.numbers import iso
from sandbox.families.posts import Post, posts
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.noise import fraction
from sandbox.venue import Answer, RequestError

_HOURS = 96
_A_DAY = 14.0
_MOST = 1_000
_FILTER = re.compile(r"created_at_i>(?P<same>=?)(?P<at>\d+)")


class HackerNews(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        return self._search if path == "/api/v1/search_by_date" else None

    def _search(self, query: Mapping[str, str], now: int) -> Answer:
        words = query.get("query", "").lower().split()
        tags = set(re.findall(r"\w+", query.get("tags", "")))
        since = self._since(query.get("numericFilters", ""))
        found = [
            post
            for post in posts("hn", _A_DAY, _HOURS, now)
            if post.at >= since
            and (not tags or _kind(post) in tags)
            and all(word in f"{post.title} {post.body}".lower() for word in words)
        ]
        asked = query.get("hitsPerPage", "20")
        count = min(int(asked) if asked.isdecimal() else 20, _MOST)
        hits = [_hit(post, now) for post in found[:count]]
        payload = {
            "exhaustiveNbHits": True,
            "hits": hits,
            "hitsPerPage": count,
            "nbHits": len(found),
            "nbPages": -(-len(found) // max(count, 1)),
            "page": 0,
            "processingTimeMS": 3,
            "query": query.get("query", ""),
        }
        return Answer(payload, rows=hits)

    def _since(self, filters: str) -> int:
        if not filters:
            return 0
        found = _FILTER.fullmatch(filters)
        if found is None:
            raise self.error("invalid value for numericFilters")
        return (int(found["at"]) + (not found["same"])) * 1_000

    def error(self, what: str, status: int = 400) -> RequestError:
        text = "indexName is not valid" if what == "path" else what
        return RequestError(Answer({"message": text, "status": status}, status))


VENUE = HackerNews


def _kind(post: Post) -> str:
    return "story" if fraction("kind", str(post.id)) < 0.3 else "comment"


def _hit(post: Post, now: int) -> dict[str, Any]:
    common = {
        "author": f"user{post.id % 997}",
        "created_at": iso(post.at, "seconds"),
        "created_at_i": post.at // 1_000,
        "objectID": str(post.id),
        "updated_at": iso(now, "seconds"),
    }
    if _kind(post) == "story":
        told = {
            "title": post.title,
            "story_text": post.body or None,
            "points": post.points(now),
            "num_comments": post.replies(now),
            "url": None,
            "_tags": ["story"],
        }
    else:
        told = {
            "comment_text": f"<p>{post.title}<p>{post.body}",
            "story_title": "Ask HN: What do you run at home?",
            "story_id": 1,
            "points": None,
            "_tags": ["comment"],
        }
    return {**common, **told}
