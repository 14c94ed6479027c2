"""Of which happenings a webhook hears."""

import json
from typing import Any

import pytest

from resources.webhooks.filter import Filter, Occurrence

ALERT = Occurrence("alert", 1, {}, "binance", None, "critical")
CANDLES = Occurrence("feed_update", 1, {}, feed="ohlcv", symbols=("BTC/USDT", "ETH/USDT"))
NEWS = Occurrence("feed_update", 1, {}, feed="news")


@pytest.mark.parametrize(
    ("members", "one", "heard"),
    [
        ({}, ALERT, True),
        ({"providers": ["binance", "okx"]}, ALERT, True),
        ({"providers": ["okx"]}, ALERT, False),
        ({"severities": ["critical"]}, ALERT, True),
        ({"severities": ["info"], "providers": ["binance"]}, ALERT, False),
        ({"feeds": ["prices"]}, ALERT, False),
        ({"symbols": ["DOGE"]}, ALERT, True),
        ({"symbols": ["BTC"]}, CANDLES, True),
        ({"symbols": ["ETH/USDT"]}, CANDLES, True),
        ({"symbols": ["ETH/USD", "BT"]}, CANDLES, False),
        ({"symbols": ["BTC"]}, NEWS, False),
        ({"feeds": ["news"]}, NEWS, True),
        ({"providers": ["okx"], "severities": ["info"]}, NEWS, True),
        ({"feeds": ["news"]}, CANDLES, False),
    ],
)
def test_a_filter_narrows_what_it_knows(
    members: dict[str, Any], one: Occurrence, heard: bool
) -> None:
    stored = json.loads(json.dumps(Filter.of(members).told()))
    assert Filter.of(stored) == Filter.of(Filter.of(members).told())
    assert Filter.of(stored).lets(one) is heard
