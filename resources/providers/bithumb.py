"""Bithumb: won, in the wire format of Upbit but with times of Seoul."""

from datetime import timedelta

from resources.market import Interval
from resources.providers.base import Call, Endpoint, Limit, Provider
from resources.providers.families import upbit
from resources.providers.families.pages import date_of
from resources.providers.families.spelling import spelling

_ID = "bithumb"
# Its days and weeks open at midnight in Seoul, 15:00 UTC, where our four hours do not open either.
_INTERVALS = {
    Interval.M1: "minutes/1",
    Interval.M5: "minutes/5",
    Interval.M15: "minutes/15",
    Interval.H1: "minutes/60",
}
_SEOUL = timedelta(hours=9)


def _to(ms: int) -> str:
    """It reads `to` as a time of Seoul."""
    return f"{date_of(ms) + _SEOUL:%Y-%m-%d %H:%M:%S}"


PROVIDER = Provider(
    id=_ID,
    name="Bithumb",
    category="exchange",
    base_url="https://api.bithumb.com",
    docs_url="https://apidocs.bithumb.com",
    limits=(Limit(150, 1),),
    native=spelling("{quote}-{base}", {"KRW", "BTC"}),
    candles=upbit.candles(_ID, _INTERVALS, _to),
    tickers=upbit.tickers(_ID),
    markets=upbit.markets(_ID),
    endpoints=(
        Endpoint("prices", Call("/v1/ticker", {"markets": "KRW-BTC"})),
        Endpoint("ohlcv", Call("/v1/candles/minutes/60", {"market": "KRW-BTC", "count": "50"})),
    ),
    update="realtime",
    ws_url="wss://ws-api.bithumb.com/websocket/v1",
)
