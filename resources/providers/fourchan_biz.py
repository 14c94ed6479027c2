"""4chan /biz/: the threads of its board of business and finance, most of them about coins."""

from collections.abc import Sequence
from functools import partial

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source
from resources.providers.families.posts import Post, count_posts, engagement
from resources.providers.parsing import Count, Moment, read
from resources.schemas.social import SOCIAL_PAGE
from resources.scope import Scope

_ID = "fourchan_biz"


class _Thread(msgspec.Struct):
    no: int
    time: Moment
    sub: str | None = None
    com: str | None = None
    replies: Count = None
    sticky: int = 0


class _BoardPage(msgspec.Struct):
    threads: list[_Thread]


_CATALOG = msgspec.json.Decoder(list[_BoardPage])


def _questions(scope: Scope) -> Sequence[Question]:
    if scope.past:
        return ()
    return (Question(Call("/biz/catalog.json"), partial(_parse, scope=scope)),)


def _parse(body: bytes, *, scope: Scope) -> pl.DataFrame:
    """
    All threads of the board, those with the newest replies first; of each what opened it, as HTML.
    Times are in seconds. What is pinned by the board itself is no post of anybody.

        [{"page":1,"threads":[{"no":60000001,"now":"07/11/26(Sat)05:02:11","name":"Anonymous",
          "sub":"/smg/","com":"LINK is <b>dead</b>","time":1783760531,"replies":31,"images":4,
          "last_modified":1783764131,"last_replies":[...], ...}]}, ...]
    """
    posts = [
        Post(thread.time * 1000, (thread.sub, thread.com), engagement(thread.replies))
        for page in read(_CATALOG, body, _ID)
        for thread in page.threads
        if not thread.sticky
    ]
    # A busy board drops what is older than what it shows.
    return count_posts(posts, scope.assets, scope.now, cut=True)


PROVIDER = Provider(
    id=_ID,
    name="4chan /biz/",
    category="social",
    base_url="https://a.4cdn.org",
    docs_url="https://github.com/4chan/4chan-API",
    limits=(Limit(1, 1),),
    sources=(Source(SOCIAL_PAGE, _questions),),
    endpoints=(Endpoint("social", Call("/biz/threads.json")),),
)
