"""What is particular of Kraken's futures."""

import json

import pytest

from resources.errors import MalformedResponse
from resources.market import Interval, Symbol
from resources.providers.base import CandleQuery
from resources.providers.kraken_futures import PROVIDER
from tests.resources.providers.recorded.kraken_futures import TICKERS

assert PROVIDER.perpetuals
assert PROVIDER.perpetuals.candles
assert PROVIDER.perpetuals.funding
assert PROVIDER.perpetuals.open_interest
PERPETUALS = PROVIDER.perpetuals
HOUR = 3_600_000


def test_a_window_is_asked_in_seconds_and_without_its_end() -> None:
    assert PERPETUALS.candles
    call = PERPETUALS.candles.call(CandleQuery("PF_XBTUSD", Interval.H1, HOUR, 9_000 * HOUR))
    assert call.path == "/api/charts/v1/trade/PF_XBTUSD/1h"
    assert call.params == {"from": "3600", "to": str(2001 * 3600 - 1)}


def test_money_per_contract_is_made_a_rate_and_contracts_coins_and_dollars() -> None:
    body = json.dumps(TICKERS).encode()
    assert PERPETUALS.funding
    assert PERPETUALS.open_interest
    rates = [row[:3] for row in PERPETUALS.funding.parse(body, []).rows()]
    assert rates == [
        ("PF_XBTUSD", pytest.approx(1e-5), 1.0),
        ("PI_XBTUSD", pytest.approx(3e-5), 1.0),
    ]
    opened = [row[1:3] for row in PERPETUALS.open_interest.parse(body, []).rows()]
    assert opened == [(1.5, 45_000.0), (2.0, 60_000.0)]


def test_an_error_in_a_200_is_told_in_its_words() -> None:
    assert PERPETUALS.funding
    body = b'{"result":"error","error":"apiLimitExceeded","serverTime":"2022-06-17T11:00:31.335Z"}'
    with pytest.raises(MalformedResponse, match="apiLimitExceeded"):
        PERPETUALS.funding.parse(body, [])


def test_bitcoin_has_its_older_ticker() -> None:
    assert PERPETUALS.native(Symbol("BTC", "USD")) == "PF_XBTUSD"
    assert PERPETUALS.native(Symbol("BTC", "USDT")) is None
