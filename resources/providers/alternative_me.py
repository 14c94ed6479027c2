"""Alternative.me: the Fear & Greed Index of the market, by day since 2018."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source
from resources.providers.parsing import Moment, Number, page_frame, read
from resources.schemas.fear_greed import FEAR_GREED_PAGE
from resources.scope import Scope

_ID = "alternative_me"
_DAY = 86_400_000


class _Day(msgspec.Struct):
    value: Number
    timestamp: Moment
    value_classification: str | None = None


class _Index(msgspec.Struct):
    data: list[_Day]


_INDEX = msgspec.json.Decoder(_Index, strict=False)


def _questions(scope: Scope) -> Sequence[Question]:
    """All days where none is stored or a past one is asked for, else those since the newest."""
    days = 0
    if _ID in scope.since and scope.past is None:
        days = 2 + (scope.now - scope.since[_ID]) // _DAY
    return (Question(Call("/fng/", {"limit": str(days)}), _parse),)


def _parse(body: bytes) -> pl.DataFrame:
    """
    A day each, the newest first; it is of 00:00 UTC, in seconds.

        {"name":"Fear and Greed Index","data":[{"value":"26","value_classification":"Fear",
          "timestamp":"1783728000","time_until_update":"51244"}, ...],"metadata":{"error":null}}
    """
    days = read(_INDEX, body, _ID).data
    return page_frame(
        FEAR_GREED_PAGE,
        [(day.timestamp * 1000, day.value, day.value_classification) for day in days],
    )


PROVIDER = Provider(
    id=_ID,
    name="Alternative.me Fear & Greed",
    category="sentiment",
    base_url="https://api.alternative.me",
    docs_url="https://alternative.me/crypto/fear-and-greed-index/",
    limits=(Limit(60, 60),),
    sources=(Source(FEAR_GREED_PAGE, _questions),),
    endpoints=(
        Endpoint("fear_greed", Call("/fng/", {"limit": "2"})),
        Endpoint("market", Call("/v2/global/")),
    ),
    update="scheduled",
)
