"""4chan /biz/: all threads of a board, ten pages of fifteen, and one that is pinned."""

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any

from sandbox.families.posts import HOUR, Post, posts
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.venue import Answer, RequestError

_HOURS = 48
_A_DAY = 30.0
_PAGES, _THREADS = 10, 15
_PINNED = Post(904_256, 1_500_000_000_000, "This board is for money", "Be nice.", 0, 0)


class FourChan(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        return {"/biz/catalog.json": self._catalog, "/biz/threads.json": self._list}.get(path)

    def _catalog(self, _: Mapping[str, str], now: int) -> Answer:
        pages = [[_thread(post, now) for post in threads] for threads in _pages(now)]
        payload = [{"page": number, "threads": page} for number, page in enumerate(pages, 1)]
        return Answer(payload, rows=[thread for page in pages for thread in page])

    def _list(self, _: Mapping[str, str], now: int) -> Answer:
        shown = ("no", "last_modified", "replies")
        pages = [
            {
                "page": number,
                "threads": [{name: _thread(p, now)[name] for name in shown} for p in threads],
            }
            for number, threads in enumerate(_pages(now), 1)
        ]
        return Answer(pages)

    def error(self, what: str, status: int = 400) -> RequestError:
        page = f"<html><head><title>{status}</title></head><body>{escape(what)}</body></html>"
        return RequestError(Answer(page.encode(), status, content_type="text/html"))


VENUE = FourChan


def _pages(now: int) -> list[list[Post]]:
    living = posts("biz", _A_DAY, _HOURS, now)[: _PAGES * _THREADS - 1]
    shown = [_PINNED, *sorted(living, key=lambda post: _modified(post, now), reverse=True)]
    return [shown[start : start + _THREADS] for start in range(0, len(shown), _THREADS)]


def _modified(post: Post, now: int) -> int:
    """When somebody has last written into it."""
    return min(post.at + post.replies(now) * HOUR // 10, now)


def _thread(post: Post, now: int) -> dict[str, Any]:
    moment = datetime.fromtimestamp(post.at // 1_000, UTC)
    told: dict[str, Any] = {
        "no": post.id,
        "now": f"{moment:%m/%d/%y(%a)%H:%M:%S}",
        "name": "Anonymous",
        "com": escape(f"{post.title}\n{post.body}".strip()).replace("\n", "<br>"),
        "time": post.at // 1_000,
        "resto": 0,
        "replies": post.replies(now),
        "images": post.replies(now) // 5,
        "last_modified": _modified(post, now) // 1_000,
        "semantic_url": post.title.lower().replace(" ", "-"),
    }
    if post is _PINNED:
        told |= {"sticky": 1, "closed": 1, "sub": post.title}
    return told
