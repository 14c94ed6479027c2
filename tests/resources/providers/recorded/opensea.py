"""What is recorded of opensea."""

from typing import Any

from tests.resources.providers.recorded.base import Recorded, Rows

_COLLECTIONS = 6


def _stats(payload: Any, _: str) -> Rows:
    total, day = payload["total"], payload["intervals"][0]
    return [
        (
            "cryptopunks",
            "CryptoPunks",
            "ethereum",
            "ETH",
            total["floor_price"],
            day["volume"],
            total["volume"],
            None,
            total["num_owners"],
            None,
        )
    ]


_ONE = Recorded(
    r"api\.opensea\.io/api/v2/collections/[\w-]+/stats",
    _stats,
    sound={
        "total": {
            "volume": 1_567_012.4,
            "sales": 53_456,
            "average_price": 29.3,
            "num_owners": 5_521,
            "market_cap": 79_000.1,
            "floor_price": 7.9,
            "floor_price_symbol": "ETH",
        },
        "intervals": [
            {
                "interval": "one_day",
                "volume": 120.5,
                "volume_diff": -3.1,
                "volume_change": -0.025,
                "sales": 15,
                "sales_diff": -1,
                "average_price": 8.03,
            }
        ],
    },
    unrecorded="on no recording; documentation read: https://docs.opensea.io/reference/api-overview",
)
RECORDED = {f"page nft{f' {n}' if n else ''}": _ONE for n in range(_COLLECTIONS)}
