"""Reddit: the newest posts of one community or several."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.families.posts import Post, posts
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.venue import Answer, RequestError

_PATH = re.compile(r"/r/(?P<names>[\w+]+)/(?P<sort>new|hot)\.json")
_HOURS = 72
_A_DAY = 6.0
_MOST = 100


class Reddit(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        found = _PATH.fullmatch(path)
        if found is None:
            return None
        names, hot = found["names"].split("+"), found["sort"] == "hot"
        return lambda query, now: _listing(names, query, now, hot=hot)

    def error(self, what: str, status: int = 400) -> RequestError:
        text = "Not Found" if what == "path" else what
        return RequestError(Answer({"message": text, "error": status}, status))


VENUE = Reddit


def _listing(names: list[str], query: Mapping[str, str], now: int, *, hot: bool) -> Answer:
    found = [(name, post) for name in names for post in posts(f"r/{name}", _A_DAY, _HOURS, now)]
    found.sort(key=lambda pair: pair[1].points(now) if hot else pair[1].at, reverse=True)
    limit = query.get("limit", "25")
    shown = found[: min(int(limit) if limit.isdecimal() else 25, _MOST)]
    children = [{"kind": "t3", "data": _post(name, post, now)} for name, post in shown]
    data = {
        "after": f"t3_{shown[-1][1].id}" if shown else None,
        "dist": len(children),
        "modhash": "",
        "geo_filter": None,
        "children": children,
        "before": None,
    }
    return Answer({"kind": "Listing", "data": data}, rows=[child["data"] for child in children])


def _post(community: str, post: Post, now: int) -> dict[str, Any]:
    seconds = float(post.at // 1000)
    return {
        "subreddit": community,
        "id": str(post.id),
        "name": f"t3_{post.id}",
        "title": post.title,
        "selftext": post.body,
        "score": post.points(now),
        "ups": post.points(now),
        "upvote_ratio": 0.9,
        "num_comments": post.replies(now),
        "created_utc": seconds,
        "created": seconds,
        "stickied": False,
        "over_18": False,
        "permalink": f"/r/{community}/comments/{post.id}/",
    }
