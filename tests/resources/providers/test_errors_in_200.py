"""Errors that exchanges answer with status 200: whose fault they are, and whether to slow down."""

import json
from typing import Any

import msgspec
import pytest

from resources.errors import MalformedResponse, ProviderError, RefusedRequest
from resources.providers import coded_providers
from tests.resources.providers.endpoints import ENDPOINTS, parser
from tests.sandbox.conftest import NOW, venue


@pytest.mark.parametrize(
    ("provider", "body", "kind"),
    [
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
    ],
)
def test_an_error_says_whose_fault_it_is(
    provider: str, body: dict[str, Any], kind: type[ProviderError]
) -> None:
    with pytest.raises(kind, match=provider):
        parser((provider, "candles"))(json.dumps(body).encode())


@pytest.mark.parametrize("provider_id", ["lbank", "digifinex", "coinone"])
def test_a_rate_limit_is_told_from_sound_answers(provider_id: str) -> None:
    limited = coded_providers()[provider_id].limited
    assert limited
    refusal = venue(provider_id).refusal(429, 10, NOW)
    assert refusal.status == 200
    assert limited(msgspec.json.encode(refusal.payload))
    assert not limited(json.dumps(ENDPOINTS[provider_id, "candles"].sound).encode())
