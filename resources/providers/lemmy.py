"""Lemmy: the newest posts of a community about coins, of the largest of its servers."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source
from resources.providers.families.pages import ms_of
from resources.providers.families.posts import Post, count_posts, engagement
from resources.providers.parsing import Count, read
from resources.schemas.social import SOCIAL_PAGE
from resources.scope import Scope

_ID = "lemmy"
_COMMUNITY = "cryptocurrency"
_POSTS = 50


class _Post(msgspec.Struct):
    name: str
    published: datetime
    body: str | None = None
    featured_community: bool = False
    featured_local: bool = False


class _Counts(msgspec.Struct):
    score: Count = None
    comments: Count = None


class _View(msgspec.Struct):
    post: _Post
    counts: _Counts


class _Posts(msgspec.Struct):
    posts: list[_View]


_LISTED = msgspec.json.Decoder(_Posts)


def _call(count: int) -> Call:
    params = {"community_name": _COMMUNITY, "limit": str(count), "sort": "New"}
    return Call("/post/list", params)


def _questions(scope: Scope) -> Sequence[Question]:
    return () if scope.past else (Question(_call(_POSTS), partial(_parse, scope=scope)),)


def _parse(body: bytes, *, scope: Scope) -> pl.DataFrame:
    """
    The newest first, at most 50, but for what is pinned. Times are UTC; servers of some years ago
    write no zone. Texts are Markdown.

        {"posts":[{"post":{"id":1,"name":"Monero turns ten","body":"...","creator_id":2,
          "published":"2026-07-11T09:02:11.123456Z","featured_community":false, ...},
          "counts":{"post_id":1,"comments":12,"score":31,"upvotes":33,"downvotes":2, ...},
          "creator":{...},"community":{...}, ...}, ...],"next_page":"Pa1"}
    """
    views = read(_LISTED, body, _ID).posts
    free = [v for v in views if not (v.post.featured_community or v.post.featured_local)]
    posts = [
        Post(
            ms_of(view.post.published),
            (view.post.name, view.post.body),
            engagement(view.counts.score, view.counts.comments),
        )
        for view in free
    ]
    return count_posts(posts, scope.assets, scope.now, cut=len(views) >= _POSTS)


PROVIDER = Provider(
    id=_ID,
    name="Lemmy",
    category="social",
    base_url="https://lemmy.world/api/v3",
    docs_url="https://join-lemmy.org/docs/contributors/04-api.html",
    limits=(Limit(30, 60),),
    sources=(Source(SOCIAL_PAGE, _questions),),
    endpoints=(Endpoint("social", _call(10)),),
)
