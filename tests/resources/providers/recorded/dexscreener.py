"""What is recorded of dexscreener."""

from typing import Any

from tests.resources.providers.recorded.base import Recorded, Rows

_CLIENTS = "on no recording; shape taken from public clients"

ETHER = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"


def tickers(payload: Any, _: str) -> Rows:
    deepest: dict[str, Any] = {}
    for pair in sorted(payload, key=lambda pair: float(pair["liquidity"]["usd"])):
        deepest[pair["baseToken"]["address"]] = pair
    return [
        (address, float(pair["priceUsd"]), None, pair["priceChange"]["h24"])
        for address, pair in deepest.items()
    ]


RECORDED = {
    "tickers": Recorded(
        r"api\.dexscreener\.com/tokens/v1/ethereum/.+",
        tickers,
        sound=[
            {
                "chainId": "ethereum",
                "baseToken": {"address": ETHER, "symbol": "WETH"},
                "quoteToken": {"symbol": "USDC"},
                "priceUsd": "1900.16",
                "priceChange": {"h24": -1.2},
                "liquidity": {"usd": 78000000.5},
            },
            {"baseToken": {"address": ETHER}, "priceUsd": "1700", "liquidity": {"usd": 12}},
        ],
        native=ETHER,
        unrecorded=_CLIENTS,
    ),
}
