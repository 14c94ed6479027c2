"""Reddit: the newest posts of communities about coins."""

from collections.abc import Sequence
from functools import partial

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source
from resources.providers.families.posts import Post, count_posts, engagement
from resources.providers.parsing import Count, read
from resources.schemas.social import SOCIAL_PAGE
from resources.scope import Scope

_ID = "reddit"
# Asked in one call, as one list by time.
_COMMUNITIES = ("CryptoCurrency", "CryptoMarkets", "Bitcoin", "ethereum", "solana", "altcoin")
_POSTS = 100
# Beyond, ms would not fit; nobody wrote so long ago or ahead.
_FAR = 1e12


class _Post(msgspec.Struct):
    title: str
    created_utc: float
    selftext: str | None = None
    score: Count = None
    num_comments: Count = None


class _Child(msgspec.Struct):
    data: _Post


class _Children(msgspec.Struct):
    children: list[_Child]


class _Listing(msgspec.Struct):
    data: _Children


_LISTING = msgspec.json.Decoder(_Listing)
_NEWEST = Call(f"/r/{'+'.join(_COMMUNITIES)}/new.json", {"limit": str(_POSTS), "raw_json": "1"})


def _questions(scope: Scope) -> Sequence[Question]:
    return () if scope.past else (Question(_NEWEST, partial(_parse, scope=scope)),)


def _parse(body: bytes, *, scope: Scope) -> pl.DataFrame:
    """
    The newest first, at most 100; times in seconds.

        {"kind":"Listing","data":{"after":"t3_1","dist":100,"children":[{"kind":"t3","data":{
          "subreddit":"CryptoCurrency","title":"Is SOL still cheap?","selftext":"","score":31,
          "num_comments":12,"created_utc":1783760531.0,"stickied":false, ...}}, ...],"before":null}}
    """
    children = read(_LISTING, body, _ID).data.children
    posts = [
        Post(
            int(min(max(one.created_utc, 0.0), _FAR) * 1000),
            (one.title, one.selftext),
            engagement(one.score, one.num_comments),
        )
        for one in (child.data for child in children)
    ]
    return count_posts(posts, scope.assets, scope.now, cut=len(posts) >= _POSTS)


PROVIDER = Provider(
    id=_ID,
    name="Reddit",
    category="social",
    base_url="https://www.reddit.com",
    docs_url="https://www.reddit.com/dev/api/",
    limits=(Limit(10, 60),),
    sources=(Source(SOCIAL_PAGE, _questions),),
    endpoints=(
        Endpoint("social", Call("/r/CryptoCurrency/hot.json", {"limit": "10"})),
        Endpoint("social", Call("/r/Bitcoin/new.json", {"limit": "10"})),
    ),
)
