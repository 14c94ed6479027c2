"""What is particular of OKX's perpetual swaps."""

import pytest

from resources.errors import MalformedResponse, ProviderError, RefusedRequest, TemporaryError
from resources.market import Interval
from resources.providers.base import CandleQuery
from resources.providers.okx_swap import PROVIDER

assert PROVIDER.perpetuals
assert PROVIDER.perpetuals.candles
assert PROVIDER.perpetuals.funding
CANDLES, FUNDING = PROVIDER.perpetuals.candles, PROVIDER.perpetuals.funding
HOUR = 3_600_000


def test_a_window_is_asked_without_its_ends() -> None:
    call = CANDLES.call(CandleQuery("BTC-USDT-SWAP", Interval.H1, 10 * HOUR, 900 * HOUR))
    asked = (call.params["before"], call.params["after"])
    assert asked == (str(10 * HOUR - 1), str(310 * HOUR))


@pytest.mark.parametrize(
    ("code", "kind"),
    [("51001", RefusedRequest), ("50001", TemporaryError), ("60000", MalformedResponse)],
)
def test_an_error_in_a_200_is_told_in_its_words(code: str, kind: type[ProviderError]) -> None:
    body = f'{{"code":"{code}","msg":"what it says","data":[]}}'.encode()
    with pytest.raises(kind, match="what it says"):
        FUNDING.parse(body, [])


def test_a_funding_without_a_next_one_tells_no_hours() -> None:
    body = (
        b'{"code":"0","msg":"","data":[{"instId":"BTC-USDT-SWAP","fundingRate":"",'
        b'"fundingTime":"1703088000000","nextFundingTime":""}]}'
    )
    ((native, rate, hours, paid),) = FUNDING.parse(body, []).rows()
    assert (native, rate, hours) == ("BTC-USDT-SWAP", None, None)
    assert paid.timestamp() == 1_703_088_000
