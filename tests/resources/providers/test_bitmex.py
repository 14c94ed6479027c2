"""What is particular of BitMEX."""

import json
from typing import Any

import pytest

from resources.market import Interval, Symbol
from resources.providers.base import CandleQuery
from resources.providers.bitmex import PROVIDER
from tests.resources.providers.recorded.bitmex import INSTRUMENT

assert PROVIDER.perpetuals
assert PROVIDER.perpetuals.candles
assert PROVIDER.perpetuals.open_interest
assert PROVIDER.used
CANDLES, OPEN_INTEREST = PROVIDER.perpetuals.candles, PROVIDER.perpetuals.open_interest
DAY = 86_400_000


def test_a_bucket_is_asked_and_named_by_its_end() -> None:
    query = CandleQuery("XBTUSD", Interval.D1, 0, 2 * DAY)
    call = CANDLES.call(query)
    assert call.params["startTime"] == "1970-01-02T00:00:00.000Z"
    assert call.params["endTime"] == "1970-01-03T23:59:59.999Z"
    bucket = {
        "timestamp": "1970-01-02T00:00:00.000Z", "symbol": "XBTUSD", "open": 8.0, "high": 7.0,
        "low": 5.0, "close": 6.0, "trades": 3, "homeNotional": 2.0, "foreignNotional": 12.0,
    }  # fmt: skip
    page = CANDLES.parse(json.dumps([bucket]).encode(), query)
    assert page["open_time"].dt.epoch("ms").to_list() == [0]


@pytest.mark.parametrize(
    ("opened", "high", "low", "widened"),
    [
        (6.0, 7.0, 5.0, (7.0, 5.0)),
        (8.0, 7.0, 5.0, (8.0, 5.0)),
        (4.0, 7.0, 5.0, (7.0, 4.0)),
        (8.0, -7.0, 5.0, (-7.0, 5.0)),
        (None, 7.0, None, (7.0, None)),
    ],
    ids=["held", "above", "below", "no price", "nothing"],
)
def test_high_and_low_hold_the_open(
    opened: float | None, high: float, low: float | None, widened: tuple[float, float | None]
) -> None:
    bucket: dict[str, Any] = {
        "timestamp": "1970-01-02T00:00:00.000Z", "symbol": "XBTUSD", "open": opened, "high": high,
        "low": low, "close": 6.0, "trades": 3, "homeNotional": 2.0, "foreignNotional": 12.0,
    }  # fmt: skip
    query = CandleQuery("XBTUSD", Interval.D1, 0, DAY)
    row = CANDLES.parse(json.dumps([bucket]).encode(), query).to_dicts()[0]
    assert (row["high"], row["low"]) == widened


def test_what_is_open_is_told_in_coins_and_money_whatever_a_contract_is() -> None:
    quanto = {"symbol": "ETHUSD", "openInterest": 1403475, "openValue": 281246565675,
              "quoteToSettleMultiplier": 3108, "markPrice": 2003.93}  # fmt: skip
    body = json.dumps([INSTRUMENT, {**INSTRUMENT, **quanto}, {**INSTRUMENT, "typ": "FFCCSX"}])
    inverse, other = OPEN_INTEREST.parse(body.encode(), []).rows()
    assert inverse[1:3] == (pytest.approx(17_842.68), 574_264_600.0)
    assert other[1:3] == (pytest.approx(45_157.2, rel=1e-3), pytest.approx(90_491_173, rel=1e-3))


def test_bitcoin_has_its_older_ticker() -> None:
    assert PROVIDER.perpetuals
    assert PROVIDER.perpetuals.native(Symbol("BTC", "USDT")) == "XBTUSDT"


def test_what_is_left_of_a_minute_tells_what_was_used() -> None:
    assert PROVIDER.used
    assert PROVIDER.used({"x-ratelimit-remaining": "28"}) == {60: 2}
    assert PROVIDER.used({"x-ratelimit-remaining": "many"}) == {}
    assert PROVIDER.used({}) == {}
