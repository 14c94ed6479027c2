"""CoinMarketCap: its own index of fear and greed, by day since the summer of 2023."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.providers.base import Auth, Call, Endpoint, Limit, Provider, Question, Source
from resources.providers.parsing import Moment, Number, page_frame, read
from resources.schemas.fear_greed import FEAR_GREED_PAGE
from resources.scope import Scope

_ID = "coinmarketcap"
_DAY = 86_400_000
_FIRST = 1_687_996_800_000  # 2023-06-29
_MOST = 500  # days of one answer


class _Value(msgspec.Struct):
    timestamp: Moment
    value: Number
    value_classification: str | None = None


class _History(msgspec.Struct):
    data: list[_Value]


_HISTORY = msgspec.json.Decoder(_History, strict=False)


def _questions(scope: Scope) -> Sequence[Question]:
    """All days where none is stored or a past one is asked for, else those since the newest."""
    days = (scope.now - _FIRST) // _DAY + 1
    if _ID in scope.since and scope.past is None:
        days = min(days, 2 + (scope.now - scope.since[_ID]) // _DAY)
    return [
        Question(_call(start + 1, min(_MOST, days - start)), _parse)
        for start in range(0, max(days, 1), _MOST)
    ]


def _call(start: int, limit: int) -> Call:
    """`start` counts the values from the newest, which is 1."""
    params = {"start": str(start), "limit": str(max(limit, 1))}
    return Call("/v3/fear-and-greed/historical", params)


def _parse(body: bytes) -> pl.DataFrame:
    """
    The newest first, times in seconds. Not all are of 00:00 UTC; of a day that comes twice the
    newest value counts.

        {"data":[{"timestamp":"1783728000","value":38,"value_classification":"Fear"}, ...],
          "status":{"timestamp":"2026-07-11T09:45:01.651Z","error_code":"0","error_message":"",
          "elapsed":10,"credit_count":1}}
    """
    days: dict[int, tuple[int, Number, str | None]] = {}
    for one in read(_HISTORY, body, _ID).data:
        day = one.timestamp * 1000 // _DAY * _DAY
        days.setdefault(day, (day, one.value, one.value_classification))
    return page_frame(FEAR_GREED_PAGE, list(days.values()))


PROVIDER = Provider(
    id=_ID,
    name="CoinMarketCap",
    category="market_data",
    base_url="https://pro-api.coinmarketcap.com",
    docs_url="https://coinmarketcap.com/api/documentation/v1/",
    limits=(Limit(30, 60), Limit(333, 86_400), Limit(10_000, 2_592_000)),
    sources=(Source(FEAR_GREED_PAGE, _questions),),
    auth=Auth("header", "X-CMC_PRO_API_KEY"),
    endpoints=(
        Endpoint(
            "market",
            Call(
                "/v1/cryptocurrency/listings/latest",
                {"start": "1", "limit": "20", "convert": "USD"},
            ),
        ),
        Endpoint("prices", Call("/v2/cryptocurrency/quotes/latest", {"symbol": "BTC"})),
        Endpoint("fear_greed", Call("/v3/fear-and-greed/latest")),
        Endpoint("market", Call("/v1/global-metrics/quotes/latest")),
    ),
    health=Call("/v1/key/info"),
)
