"""What exchanges leave blank where nobody traded yet."""

import json
from typing import Any

import pytest

from resources.providers import load_providers
from tests.resources.providers.endpoints import ENDPOINTS

OF = {
    "okx": ("last", "open24h"),
    "bybit": ("lastPrice", "price24hPcnt"),
    "gate": ("last", "change_percentage"),
    "bitget": ("lastPr", "change24h"),
    "mexc": ("lastPrice", "priceChangePercent"),
}


def blanked(payload: Any, names: tuple[str, ...]) -> Any:
    """The payload with blanks under these names, in all of its rows but the last."""
    rows = (
        payload if isinstance(payload, list) else payload.get("data") or payload["result"]["list"]
    )
    for row in rows[:-1]:
        row.update(dict.fromkeys(names, ""))
    return payload


@pytest.mark.parametrize("provider", OF)
def test_a_market_without_a_price_does_not_hide_the_others(provider: str) -> None:
    tickers = load_providers()[provider].tickers
    assert tickers
    sound = json.loads(json.dumps(ENDPOINTS[provider, "tickers"].sound))
    *blank, whole = tickers.parse(json.dumps(blanked(sound, OF[provider])).encode(), []).rows()
    assert [(price, change) for _, price, _, change in blank] == [(None, None)] * len(blank)
    assert whole[1] is not None
    assert blank
