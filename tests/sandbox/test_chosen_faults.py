"""Faults that meet some answers alone, and clocks that are off."""

import time
from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.sandbox.test_faults import KLINES, PAGE, order


@pytest.mark.parametrize("shift", [3_600, -3_600])
def test_a_provider_may_live_in_another_hour(client: httpx.Client, shift: int) -> None:
    order(client, "clock", times=1, shift=shift)
    answer = client.get(KLINES, params={"symbol": "BTCUSDT", "interval": "1m", "limit": "1"})
    [told] = answer.headers.get_list("date")
    hours_off = (parsedate_to_datetime(told).timestamp() - time.time()) / 3_600
    [[opened, *_]] = answer.json()
    assert round(hours_off) == round((opened / 1_000 - time.time()) / 3_600) == shift // 3_600


def test_a_fault_may_begin_after_some_answers_and_meet_one_market_alone(
    client: httpx.Client,
) -> None:
    order(client, "status_5xx", path="BTCUSDT", after=1)
    others = {**PAGE, "symbol": "ETHUSDT"}
    asked = [client.get(KLINES, params=params) for params in (PAGE, others, PAGE, others, PAGE)]
    assert [answer.status_code for answer in asked] == [200, 200, 503, 200, 503]
