"""Hacker News: what programmers write, by way of the search of Algolia."""

from collections.abc import Sequence
from functools import partial

import msgspec
import polars as pl

from resources.market import Asset
from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source
from resources.providers.families.posts import WINDOW, Post, count_posts, engagement
from resources.providers.parsing import Count, Moment, read
from resources.schemas.social import SOCIAL_PAGE
from resources.scope import Scope

_ID = "hacker_news"
# A call each: the largest coins, of which alone there is something nearly every day.
_ASSETS = 10
_HITS = 200


class _Hit(msgspec.Struct):
    created_at_i: Moment
    title: str | None = None
    story_text: str | None = None
    comment_text: str | None = None
    points: Count = None
    num_comments: Count = None


class _Found(msgspec.Struct, rename="camel"):
    hits: list[_Hit]
    nb_hits: int


_FOUND = msgspec.json.Decoder(_Found)


def _questions(scope: Scope) -> Sequence[Question]:
    if scope.past:
        return ()
    return [_question(asset, scope.now) for asset in scope.assets[:_ASSETS]]


def _question(asset: Asset, now: int) -> Question:
    params = {
        "query": asset.name,
        "tags": "(story,comment)",
        "numericFilters": f"created_at_i>={(now - WINDOW) // 1000}",
        "hitsPerPage": str(_HITS),
    }
    return Question(Call("/search_by_date", params), partial(_parse, asset=asset, now=now))


def _parse(body: bytes, *, asset: Asset, now: int) -> pl.DataFrame:
    """
    The newest first, times in seconds; texts are HTML. Comments have neither points nor a count of
    replies, and the title of their story as another field. A search finds similar words too.

        {"exhaustiveNbHits":true,"hits":[{"author":"pg","created_at":"2026-07-11T09:02:11Z",
          "created_at_i":1783760531,"num_comments":12,"objectID":"1","points":31,"story_text":null,
          "title":"Bitcoin mining heats a swimming pool","url":"https://example.com", ...}],
          "hitsPerPage":200,"nbHits":1,"nbPages":1,"page":0, ...}
    """
    found = read(_FOUND, body, _ID)
    posts = [
        Post(
            hit.created_at_i * 1000,
            (hit.title, hit.story_text, hit.comment_text),
            engagement(hit.points, hit.num_comments),
        )
        for hit in found.hits
    ]
    return count_posts(posts, [asset], now, cut=found.nb_hits > len(found.hits))


PROVIDER = Provider(
    id=_ID,
    name="Hacker News search",
    category="social",
    base_url="https://hn.algolia.com/api/v1",
    docs_url="https://hn.algolia.com/api",
    limits=(Limit(10_000, 3_600),),
    sources=(Source(SOCIAL_PAGE, _questions),),
    endpoints=(
        Endpoint(
            "social",
            Call("/search_by_date", {"query": "bitcoin", "tags": "story", "hitsPerPage": "20"}),
        ),
    ),
)
