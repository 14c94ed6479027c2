"""What is particular of Hyperliquid."""

import json

import pytest

from resources.market import Interval, Symbol
from resources.providers.base import CandleQuery
from resources.providers.hyperliquid import PROVIDER
from tests.resources.providers.recorded.hyperliquid import CONTEXTS, candle

assert PROVIDER.perpetuals
assert PROVIDER.perpetuals.candles
assert PROVIDER.perpetuals.funding
PERPETUALS, CANDLES = PROVIDER.perpetuals, PROVIDER.perpetuals.candles
FUNDING = PROVIDER.perpetuals.funding
HOUR = 3_600_000


@pytest.mark.parametrize(("hours", "weight"), [(24, 20), (600, 30), (9000, 103)])
def test_a_window_is_posted_and_weighs_by_its_length(hours: int, weight: int) -> None:
    call = CANDLES.call(CandleQuery("BTC", Interval.H1, 0, hours * HOUR))
    assert call.body
    request = {
        "coin": "BTC",
        "interval": "1h",
        "startTime": 0,
        "endTime": min(hours, 5000) * HOUR - 1,
    }
    assert json.loads(call.body) == {"type": "candleSnapshot", "req": request}
    assert (call.path, call.weight) == ("/info", weight)


@pytest.mark.parametrize(
    ("hours", "covered"),
    [([], (100, 100)), ([103, 104], (103, 110)), ([100], (100, 110)), ([111], (100, 100))],
    ids=[
        "nothing may be all too old",
        "what is before the first candle may be too old",
        "from the first to the end",
        "candles from after the end",
    ],
)
def test_an_answer_proves(hours: list[int], covered: tuple[int, int]) -> None:
    query = CandleQuery("BTC", Interval.H1, 100 * HOUR, 110 * HOUR)
    body = json.dumps([candle(hour * HOUR, "1", "1", "1", "1") for hour in hours]).encode()
    proven = CANDLES.covered(query, CANDLES.parse(body, query))
    assert proven == (covered[0] * HOUR, covered[1] * HOUR)


def test_an_answer_that_may_have_been_cut_proves_no_more_than_it_holds() -> None:
    query = CandleQuery("BTC", Interval.H1, 0, 2000 * HOUR)
    body = json.dumps([candle(hour * HOUR, "1", "1", "1", "1") for hour in range(500)]).encode()
    assert CANDLES.covered(query, CANDLES.parse(body, query)) == (0, 500 * HOUR)


def test_coins_that_are_gone_have_no_funding() -> None:
    assert FUNDING.parse(json.dumps(CONTEXTS).encode(), []).rows() == [
        ("BTC", 0.0000125, 1.0, None)
    ]


def test_contracts_of_a_thousand_coins_are_left_out() -> None:
    assert PERPETUALS.native(Symbol("PEPE", "USD")) is None
    assert PERPETUALS.native(Symbol("BTC", "USD")) == "BTC"
