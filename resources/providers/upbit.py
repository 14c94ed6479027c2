"""Upbit: the won's largest market, with some markets in BTC and USDT."""

from resources.market import Interval
from resources.providers.base import Call, Endpoint, Limit, Provider
from resources.providers.families import upbit
from resources.providers.families.pages import date_of
from resources.providers.families.spelling import spelling

_ID = "upbit"
# All in UTC; a week opens on Monday.
_INTERVALS = {
    Interval.M1: "minutes/1",
    Interval.M5: "minutes/5",
    Interval.M15: "minutes/15",
    Interval.H1: "minutes/60",
    Interval.H4: "minutes/240",
    Interval.D1: "days",
    Interval.W1: "weeks",
}


def _to(ms: int) -> str:
    return f"{date_of(ms):%Y-%m-%dT%H:%M:%SZ}"


PROVIDER = Provider(
    id=_ID,
    name="Upbit",
    category="exchange",
    base_url="https://api.upbit.com",
    docs_url="https://docs.upbit.com",
    # So many for each group of endpoints; all of ours together stay within one.
    limits=(Limit(10, 1),),
    native=spelling("{quote}-{base}", {"KRW", "BTC", "USDT"}),
    candles=upbit.candles(_ID, _INTERVALS, _to),
    tickers=upbit.tickers(_ID),
    markets=upbit.markets(_ID),
    endpoints=(
        Endpoint("prices", Call("/v1/ticker", {"markets": "KRW-BTC"})),
        Endpoint("ohlcv", Call("/v1/candles/minutes/60", {"market": "KRW-BTC", "count": "50"})),
    ),
    update="realtime",
    ws_url="wss://api.upbit.com/websocket/v1",
)
