"""What is recorded of magic_eden."""

from typing import Any

from tests.resources.providers.recorded.base import Recorded, Rows

_COLLECTIONS = 6


def _stats(payload: Any, _: str) -> Rows:
    return [
        (
            payload["symbol"],
            "Okay Bears",
            "solana",
            "SOL",
            payload["floorPrice"] / 1e9,
            None,
            payload["volumeAll"] / 1e9,
            payload["listedCount"],
            None,
            None,
        )
    ]


_ONE = Recorded(
    r"api-mainnet\.magiceden\.dev/v2/collections/\w+/stats",
    _stats,
    sound={
        "symbol": "okay_bears",
        "floorPrice": 4_200_000_000,
        "listedCount": 187,
        "avgPrice24hr": 4_500_000_000,
        "volumeAll": 540_000_000_000,
    },
    unrecorded="on no recording; shape taken from public clients",
)
RECORDED = {f"page nft{f' {n}' if n else ''}": _ONE for n in range(_COLLECTIONS)}
