"""What is recorded of explorers and nodes whose answers are alike."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at

ESPLORA = "documentation read: https://github.com/Blockstream/esplora/blob/master/API.md"
MEMPOOL = "documentation read: https://mempool.space/docs/api/rest"
RPC = "documentation read: https://ethereum.org/en/developers/docs/apis/json-rpc/"
BLOCKSCOUT = "on no recording; shape taken from public clients, and its own tests"
HASH = "5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060"


def metric(chain: str, name: str, value: float, unit: str, observed: datetime | None = None) -> Any:
    return (chain, name, float(value), unit, observed)


def block_page(url: str, chain: str) -> Recorded:
    """The newest block of an Esplora."""

    def rows(payload: Any, _: str) -> Rows:
        newest = max(payload, key=lambda block: block["height"])
        mined = at(newest["timestamp"] * 1000)
        columns = (newest["tx_count"], newest["size"])
        return [(chain, newest["height"], newest["id"], mined, *columns)]

    block = {"id": HASH, "height": 700_000, "timestamp": SECONDS, "tx_count": 1627, "size": 121}
    sound = [block, {**block, "height": 699_999}]
    return Recorded(url, rows, sound=sound, unrecorded=ESPLORA)


def mempool_records(host: str, chain: str, *, recorded: bool) -> dict[str, Recorded]:
    """Of mempool.space and those that run its program."""

    def fees(payload: Any, _: str) -> Rows:
        names = {"fastestFee": "fee_fast", "halfHourFee": "fee_medium", "hourFee": "fee_slow"}
        return [metric(chain, ours, payload[name], "sat/vB") for name, ours in names.items()]

    def hash_rate(payload: Any, _: str) -> Rows:
        return [
            metric(chain, "difficulty", payload["currentDifficulty"], "1"),
            metric(chain, "hash_rate", payload["currentHashrate"], "H/s"),
        ]

    return {
        "page onchain": Recorded(
            rf"{host}/api/v1/fees/recommended",
            fees,
            sound={"fastestFee": 3, "halfHourFee": 2, "hourFee": 1.5},
            unrecorded="" if recorded else MEMPOOL,
        ),
        "page onchain 1": Recorded(
            rf"{host}/api/v1/mining/hashrate/3d",
            hash_rate,
            sound={"currentHashrate": 252529232679926750000, "currentDifficulty": 31251101365711.1},
            unrecorded=MEMPOOL,
        ),
        "page blocks": block_page(rf"{host}/api/v1/blocks", chain),
    }


ASSETS = {"ethereum": "ETH", "bsc": "BNB", "polygon": "POL"}
BLOCK = {"number": "0x1322455", "hash": f"0x{HASH}", "timestamp": hex(SECONDS), "size": "0x2aa"}
FEES = {
    "baseFeePerGas": ["0x98b93fcb3", "0x951a2f41d"],
    "reward": [["0x5f5e100", "0x3b9aca00", "0x77359400"]],
}


def node_fees(chain: str, history: Any) -> Rows:
    base = int(history["baseFeePerGas"][-1], 16)
    # The rewards of the one block are their own median.
    ((slow, medium, fast),) = history["reward"]
    tiers = {"fee_fast": fast, "fee_medium": medium, "fee_slow": slow}
    told = {name: (base + int(tip, 16)) / 1e9 for name, tip in tiers.items()}
    told = {"base_fee": base / 1e9, **told}
    return [metric(chain, name, value, "gwei") for name, value in told.items()]


def node_block(chain: str, block: Any) -> Rows:
    height, mined, size = (int(block[name], 16) for name in ("number", "timestamp", "size"))
    count = len(block["transactions"])
    return [(chain, height, block["hash"], at(mined * 1000), count, size)]


def node_transfers(chain: str, block: Any, large: float) -> Rows:
    height, mined = int(block["number"], 16), at(int(block["timestamp"], 16) * 1000)
    moved = [(one["hash"], int(one["value"], 16) / 1e18) for one in block["transactions"]]
    return [
        (chain, name, ASSETS[chain], coins, height, mined)
        for name, coins in moved
        if coins >= large
    ]


def node_records(host: str, chain: str, large: float) -> dict[str, Recorded]:
    """Of a node that is asked over JSON-RPC; transfers of so many coins are large."""

    def record(rows: Callable[[Any], Rows], result: Any) -> Recorded:
        sound = {"jsonrpc": "2.0", "id": 1, "result": result}
        return Recorded(
            host, lambda payload, _: rows(payload["result"]), sound=sound, unrecorded=RPC
        )

    weis = hex(int(large) * 10**18)
    whole = [{"hash": f"0x{HASH}", "value": weis}, {"hash": "0x7f", "value": "0x1"}]
    return {
        "page onchain": record(
            lambda price: [metric(chain, "gas_price", int(price, 16) / 1e9, "gwei")], "0x1dfd14000"
        ),
        "page onchain 1": record(partial(node_fees, chain), FEES),
        "page blocks": record(partial(node_block, chain), {**BLOCK, "transactions": [f"0x{HASH}"]}),
        "page large_transfers": record(
            partial(node_transfers, chain, large=large), {**BLOCK, "transactions": whole}
        ),
    }


def blockscout_records(host: str, chain: str) -> dict[str, Recorded]:
    def gas(payload: Any, _: str) -> Rows:
        told = datetime.fromisoformat(payload["gas_price_updated_at"])
        names = {"fee_fast": "fast", "fee_medium": "average", "fee_slow": "slow"}
        prices = payload["gas_prices"]
        return [metric(chain, ours, prices[name], "gwei", told) for ours, name in names.items()]

    def blocks(payload: Any, _: str) -> Rows:
        newest = max(payload, key=lambda block: block["height"])
        mined = datetime.fromisoformat(newest["timestamp"])
        columns = (newest["transactions_count"], newest["size"])
        return [(chain, newest["height"], newest["hash"], mined, *columns)]

    return {
        "page onchain": Recorded(
            rf"{host}/api/v2/stats",
            gas,
            sound={
                "gas_prices": {"slow": 19.55, "average": 20.41, "fast": 25.47},
                "gas_price_updated_at": "2022-11-11T11:09:49.051000Z",
            },
            unrecorded=BLOCKSCOUT,
        ),
        "page blocks": Recorded(
            rf"{host}/api/v2/main-page/blocks",
            blocks,
            sound=[
                {
                    "height": 20_000_000,
                    "hash": f"0x{HASH}",
                    "timestamp": "2024-06-01T20:59:11.000000Z",
                    "transactions_count": 134,
                    "size": 72352,
                }
            ],
            unrecorded=BLOCKSCOUT,
        ),
    }
