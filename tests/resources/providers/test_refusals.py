"""Errors that come with status 200: what each provider's own words are taken for."""

import json
from typing import Any

import pytest

from resources.errors import MalformedResponse, ProviderError, RefusedRequest, TemporaryError
from resources.providers import load_providers
from tests.resources.providers.endpoints import ENDPOINTS, parser
from tests.sandbox.conftest import NOW, venue

UNKNOWN: dict[str, Any] = {
    "okx": {"code": "51001", "msg": "Instrument ID doesn't exist", "data": []},
    "bybit": {"retCode": 10001, "retMsg": "Not supported symbols", "result": {}, "time": 1},
    "kucoin": {"code": "400100", "msg": "This pair is not provided at present"},
    "htx": {"status": "error", "err-code": "invalid-parameter", "err-msg": "invalid symbol"},
    "crypto_com": {"id": -1, "code": 40004, "message": "Invalid instrument_name"},
    "bitget": {"code": "40034", "msg": "Parameter BTCX does not exist", "data": None},
    "bitmart": {"code": 70002, "message": "symbol is invalid", "trace": "1"},
    "coinex": {"code": 4004, "data": {}, "message": "Parameter error"},
}
PASSING: dict[str, Any] = {
    "okx": {"code": "50001", "msg": "Service temporarily unavailable", "data": []},
    "bybit": {"retCode": 10016, "retMsg": "Server error", "result": {}, "time": 1},
    "htx": {"status": "error", "err-code": "gateway-internal-error", "err-msg": "try later"},
    "bitget": {"code": "40015", "msg": "System is abnormal", "data": None},
    "coinex": {"code": 3008, "data": {}, "message": "service too busy"},
}
UNCLEAR: dict[str, Any] = {
    "okx": {"code": "60000", "msg": "boom", "data": []},
    "bybit": {"retCode": 33004, "retMsg": "boom", "result": {}, "time": 1},
    "kucoin": {"code": "500000", "msg": "boom"},
    "htx": {"status": "error", "err-code": "boom", "err-msg": "boom"},
    "crypto_com": {"id": -1, "code": 50001, "message": "boom"},
    "bitget": {"code": "30001", "msg": "boom", "data": None},
    "bitmart": {"code": 59000, "message": "boom", "trace": "1"},
    "coinex": {"code": 1, "data": {}, "message": "boom"},
}
OTHERS: list[tuple[str, Any, type[ProviderError]]] = [
    ("whitebit", {"success": False, "message": "Market is not available"}, RefusedRequest),
    ("lbank", {"result": "false", "error_code": 10008}, RefusedRequest),
    ("lbank", {"result": "false", "error_code": 10000}, MalformedResponse),
    ("exmo", {"s": "error", "errmsg": "unknown symbol"}, RefusedRequest),
    ("digifinex", {"code": 20001}, RefusedRequest),
    ("digifinex", {"code": 1}, MalformedResponse),
    ("korbit", {"success": False, "error": {"message": "no symbol"}}, RefusedRequest),
    ("coinone", {"result": "error", "error_code": "107"}, RefusedRequest),
    ("coinone", {"result": "error", "error_code": "405"}, MalformedResponse),
    ("bitso", {"success": False, "error": {"code": "0301"}}, RefusedRequest),
    ("bitso", {"success": False, "error": {"code": "0101"}}, MalformedResponse),
    ("phemex", {"code": 6001, "msg": "invalid argument", "data": None}, RefusedRequest),
    ("phemex", {"code": 30000, "msg": "boom", "data": None}, MalformedResponse),
]
LIMITED: dict[str, Any] = {
    "bybit": {"retCode": 10006, "retMsg": "Too many visits!", "result": {}, "time": 1},
    "coinex": {"code": 4213, "data": {}, "message": "The request is too frequent"},
}
WORDS = ("msg", "retMsg", "message", "err-msg")


def body(answer: Any) -> bytes:
    return json.dumps(answer, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    ("provider", "answer", "error"),
    [
        *((name, answer, RefusedRequest) for name, answer in UNKNOWN.items()),
        *((name, answer, TemporaryError) for name, answer in PASSING.items()),
        *((name, answer, MalformedResponse) for name, answer in UNCLEAR.items()),
        *OTHERS,
    ],
)
def test_an_error_in_a_200_is_told_by_its_code(
    provider: str, answer: Any, error: type[ProviderError]
) -> None:
    with pytest.raises(ProviderError) as caught:
        parser((provider, "candles"))(body(answer))
    assert type(caught.value) is error
    assert caught.value.provider == provider
    assert all(answer[key] in str(caught.value) for key in WORDS if key in answer)


@pytest.mark.parametrize(("provider", "answer"), LIMITED.items(), ids=LIMITED)
def test_a_rate_limit_in_a_200_is_seen(provider: str, answer: Any) -> None:
    limited = load_providers()[provider].limited
    assert limited
    assert limited(body(answer))
    assert not limited(body(UNKNOWN[provider]))


@pytest.mark.parametrize("provider_id", ["lbank", "digifinex", "coinone"])
def test_a_rate_limit_is_told_from_sound_answers(provider_id: str) -> None:
    limited = load_providers()[provider_id].limited
    assert limited
    refusal = venue(provider_id).refusal(429, 10, NOW)
    assert refusal.status == 200
    assert limited(body(refusal.payload))
    assert not limited(body(ENDPOINTS[provider_id, "candles"].sound))


def test_bitmart_says_in_a_code_that_there_are_no_candles() -> None:
    answer = {"code": 70000, "message": "no data", "trace": "1"}
    assert parser(("bitmart", "candles"))(body(answer)).is_empty()


def test_kucoin_tells_what_is_left_of_its_weight() -> None:
    used = load_providers()["kucoin"].used
    assert used
    assert used({"gw-ratelimit-limit": "2000", "gw-ratelimit-remaining": "1990"}) == {30: 10}
    assert used({}) == {}
