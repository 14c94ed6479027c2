"""What is recorded of blockcypher."""

from datetime import datetime
from typing import Any

from tests.resources.providers.chain_records import HASH, metric
from tests.resources.providers.recorded.base import Recorded, Rows

_READ = "documentation read: https://www.blockcypher.com/dev/bitcoin/#chain-endpoint"
CHAINS = {"btc": "bitcoin", "eth": "ethereum", "ltc": "litecoin", "doge": "dogecoin"}
COMMON = {"height": 360_060, "hash": HASH, "time": "2015-06-08T08:57:08.260165627Z"}
BYTES = {"high_fee_per_kb": 46086, "medium_fee_per_kb": 29422, "low_fee_per_kb": 12045}
GAS = {"high_gas_price": 4e10, "medium_gas_price": 3e10, "low_gas_price": 2.5e10, "base_fee": 2e10}


def described(coin: str) -> dict[str, Recorded]:
    chain, gas = CHAINS[coin], coin == "eth"
    url = rf"api\.blockcypher\.com/v1/{coin}/main"
    number = list(CHAINS).index(coin)

    def fees(payload: Any, _: str) -> Rows:
        unit, scale = ("gwei", 1e9) if gas else ("sat/vB", 1e3)
        end = "gas_price" if gas else "fee_per_kb"
        tiers = {"fee_fast": "high", "fee_medium": "medium", "fee_slow": "low"}
        rows = [metric(chain, n, payload[f"{t}_{end}"] / scale, unit) for n, t in tiers.items()]
        rows += [metric(chain, "base_fee", payload["base_fee"] / 1e9, "gwei")] if gas else []
        count = payload["unconfirmed_count"]
        return [*rows, metric(chain, "mempool_transactions", count, "transactions")]

    def block(payload: Any, _: str) -> Rows:
        mined = datetime.fromisoformat(payload["time"][:23] + "+00:00")
        name = ("0x" if gas else "") + payload["hash"]
        return [(chain, payload["height"], name, mined, None, None)]

    sound = {**COMMON, "unconfirmed_count": 617, **(GAS if gas else BYTES)}
    ending = f" {number}" if number else ""
    return {
        f"page onchain{ending}": Recorded(url, fees, sound=sound, unrecorded=_READ),
        f"page blocks{ending}": Recorded(url, block, sound=sound, unrecorded=_READ),
    }


RECORDED = {name: one for coin in CHAINS for name, one in described(coin).items()}
