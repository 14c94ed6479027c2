"""What is recorded of blockchair."""

from datetime import UTC, datetime
from typing import Any

from tests.resources.providers.chain_records import HASH, metric
from tests.resources.providers.recorded.base import Recorded, Rows

_READ = "documentation read: https://blockchair.com/api/docs"
COINS = {"bitcoin": ("BTC", 100), "litecoin": ("LTC", 20_000), "dogecoin": ("DOGE", 10_000_000)}
FIGURES = {
    "fee_fast": ("suggested_transaction_fee_per_byte_sat", "sat/vB"),
    "mempool_transactions": ("mempool_transactions", "transactions"),
    "mempool_size": ("mempool_size", "bytes"),
    "transactions_24h": ("transactions_24h", "transactions"),
    "difficulty": ("difficulty", "1"),
    "hash_rate": ("hashrate_24h", "H/s"),
}
TIME = "2021-07-08 14:37:00"
BITCOIN = {
    "best_block_height": 690_164,
    "best_block_hash": HASH,
    "best_block_time": TIME,
    "transactions_24h": 229_726,
    "difficulty": 14_363_025_673_660,
    "hashrate_24h": "92904707138521187685",
    "mempool_transactions": 6591,
    "mempool_size": 5_076_549,
    "suggested_transaction_fee_per_byte_sat": 7,
}
ETHEREUM = {
    "best_block_height": 12_788_000,
    "best_block_hash": HASH,
    "best_block_time": TIME,
    "transactions_24h": 1_132_000,
    "mempool_transactions": 170_000,
    "suggested_transaction_fee_gwei_options": {"slow": 10, "normal": 12.5, "fast": 14},
}
STATS = {"data": {"bitcoin": {"data": BITCOIN}, "ethereum": {"data": ETHEREUM}}}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def figures(payload: Any, _: str) -> Rows:
    coin, gas = (payload["data"][chain]["data"] for chain in ("bitcoin", "ethereum"))
    rows = [
        metric("bitcoin", name, coin[told], unit, moment(TIME))
        for name, (told, unit) in FIGURES.items()
    ]
    options = gas["suggested_transaction_fee_gwei_options"]
    tiers = {"fee_fast": "fast", "fee_medium": "normal", "fee_slow": "slow"}
    rows += [metric("ethereum", n, options[t], "gwei", moment(TIME)) for n, t in tiers.items()]
    counts = ("mempool_transactions", "transactions_24h")
    rows += [metric("ethereum", n, gas[n], "transactions", moment(TIME)) for n in counts]
    return rows


def blocks(payload: Any, _: str) -> Rows:
    return [
        (chain, one["data"]["best_block_height"], prefix + HASH, moment(TIME), None, None)
        for prefix, chain in (("", "bitcoin"), ("0x", "ethereum"))
        for one in [payload["data"][chain]]
    ]


def transfers(number: int, chain: str, ticker: str, least: float) -> dict[str, Recorded]:
    """Amounts are in satoshis, of a chain with gas in wei."""
    name, unit = ("value", 1e18) if chain == "ethereum" else ("output_total", 1e8)

    def rows(payload: Any, _: str) -> Rows:
        told = payload["data"]
        return [
            (
                chain,
                row["hash"],
                ticker,
                float(row[name]) / unit,
                row["block_id"],
                moment(row["time"]),
            )
            for row in told
            if float(row[name]) / unit >= least
        ]

    row = {"block_id": 600_000, "hash": HASH, "time": "2019-10-19 00:04:21"}
    sound = {"data": [{**row, name: str(int(least * unit))}, {**row, name: 1}]}
    url = rf"api\.blockchair\.com/{chain}/transactions"
    ending = f" {number}" if number else ""
    return {f"page large_transfers{ending}": Recorded(url, rows, sound=sound, unrecorded=_READ)}


RECORDED = {
    "page onchain": Recorded(r"api\.blockchair\.com/stats", figures, sound=STATS, unrecorded=_READ),
    "page blocks": Recorded(r"api\.blockchair\.com/stats", blocks, sound=STATS, unrecorded=_READ),
    **transfers(0, "bitcoin", *COINS["bitcoin"]),
    **transfers(1, "litecoin", *COINS["litecoin"]),
    **transfers(2, "dogecoin", *COINS["dogecoin"]),
    **transfers(3, "ethereum", "ETH", 1_000),
}
