"""Lemmy: the posts of one community, of which one is pinned."""

from collections.abc import Mapping
from typing import Any

from sandbox.families.numbers import iso
from sandbox.families.posts import Post, posts
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.venue import Answer, RequestError

_COMMUNITY = "cryptocurrency"
_HOURS = 240
_A_DAY = 2.0
_MOST = 50
_PINNED = Post(1, 1_690_000_000_000, "Rules of this community", "Be kind.", 40, 3)


class Lemmy(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        return self._posts if path == "/api/v3/post/list" else None

    def _posts(self, query: Mapping[str, str], now: int) -> Answer:
        if query.get("community_name") != _COMMUNITY:
            raise self.error("couldnt_find_community", 404)
        limit = query.get("limit", "10")
        if not limit.isdecimal() or not 0 < int(limit) <= _MOST:
            raise self.error("couldnt_get_posts")
        found = posts("lemmy", _A_DAY, _HOURS, now)
        views = [_view(post, now) for post in (_PINNED, *found)][: int(limit)]
        return Answer({"posts": views, "next_page": "Pa1"}, rows=[v["counts"] for v in views])

    def error(self, what: str, status: int = 400) -> RequestError:
        return RequestError(Answer({"error": what}, status))


VENUE = Lemmy


def _view(post: Post, now: int) -> dict[str, Any]:
    points = post.points(now)
    told = {
        "id": post.id,
        "name": post.title,
        "creator_id": 2,
        "community_id": 3,
        "removed": False,
        "locked": False,
        "published": iso(post.at, "microseconds"),
        "deleted": False,
        "nsfw": False,
        "ap_id": f"https://lemmy.world/post/{post.id}",
        "local": True,
        "featured_community": post is _PINNED,
        "featured_local": False,
    }
    if post.body:
        told["body"] = post.body
    counts = {
        "post_id": post.id,
        "comments": post.replies(now),
        "score": points,
        "upvotes": points,
        "downvotes": 0,
        "published": told["published"],
    }
    return {"post": told, "counts": counts, "community": {"id": 3, "name": _COMMUNITY}}
