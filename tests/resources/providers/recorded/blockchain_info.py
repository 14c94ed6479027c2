"""What is recorded of blockchain_info."""

from typing import Any

from tests.resources.providers.chain_records import HASH
from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at


def waiting(payload: Any, _: str) -> Rows:
    rows = []
    for one in payload["txs"]:
        coins = sum(output["value"] for output in one["out"]) / 1e8
        if coins >= 100:
            rows.append(("bitcoin", one["hash"], "BTC", coins, None, at(one["time"] * 1000)))
    return rows


RECORDED = {
    "page large_transfers": Recorded(
        r"blockchain\.info/unconfirmed-transactions",
        waiting,
        sound={
            "txs": [
                {"hash": HASH, "time": SECONDS, "out": [{"value": 5e9}, {"value": 25_000_000_000}]},
                {"hash": "ab", "time": SECONDS, "out": [{"value": 9_999_999_999}]},
            ]
        },
        unrecorded="on no recording; each transaction is as in the recorded /rawtx",
    ),
}
