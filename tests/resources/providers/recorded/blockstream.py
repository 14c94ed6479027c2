"""What is recorded of blockstream."""

from typing import Any

from tests.resources.providers.chain_records import ESPLORA, block_page, metric
from tests.resources.providers.recorded.base import Recorded, Rows


def fees(payload: Any, _: str) -> Rows:
    blocks = {"fee_fast": "1", "fee_medium": "3", "fee_slow": "6"}
    return [metric("bitcoin", name, payload[at], "sat/vB") for name, at in blocks.items()]


def mempool(payload: Any, _: str) -> Rows:
    return [
        metric("bitcoin", "mempool_transactions", payload["count"], "transactions"),
        metric("bitcoin", "mempool_size", payload["vsize"], "bytes"),
    ]


RECORDED = {
    "page onchain": Recorded(
        r"blockstream\.info/api/fee-estimates",
        fees,
        sound={"1": 87.882, "3": 81.5, "6": 68.285, "144": 1.027},
        unrecorded=ESPLORA,
    ),
    "page onchain 1": Recorded(
        r"blockstream\.info/api/mempool",
        mempool,
        sound={"count": 8134, "vsize": 3444604, "total_fee": 29204625},
        unrecorded=ESPLORA,
    ),
    "page blocks": block_page(r"blockstream\.info/api/blocks", "bitcoin"),
}
