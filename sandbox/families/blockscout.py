"""Blockscout: an explorer of one chain with gas."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.chains import CHAINS, Block
from sandbox.families.numbers import iso
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.venue import Answer

_BLOCKS = 4


class Blockscout(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)
    chain: ClassVar[str] = "ethereum"

    def routes(self, path: str) -> Route | None:
        routes: dict[str, Route] = {
            "/api/v2/stats": self._stats,
            "/api/v2/main-page/blocks": self._blocks,
        }
        return routes.get(path)

    def _stats(self, _: Mapping[str, str], now: int) -> Answer:
        chain = CHAINS[self.chain]
        fast, average, slow = (round(fee, 2) for fee in chain.fees(now))
        row = {
            "average_block_time": float(chain.every),
            "gas_prices": {"slow": slow, "average": average, "fast": fast},
            "gas_price_updated_at": iso(now // 1_000 * 1_000, "microseconds"),
            "gas_prices_update_in": 20_000,
            "network_utilization_percentage": round(50 * chain.pace(now), 2),
            "total_blocks": str(chain.at(now).height),
        }
        return Answer(row, rows=[row])

    def _blocks(self, _: Mapping[str, str], now: int) -> Answer:
        chain = CHAINS[self.chain]
        newest = chain.at(now).number
        rows = [_block(chain.block(newest - back)) for back in range(_BLOCKS)]
        return Answer(rows, rows=rows)


def _block(block: Block) -> dict[str, Any]:
    return {
        "height": block.height,
        "hash": f"0x{block.hash}",
        "timestamp": iso(block.time // 1_000 * 1_000, "microseconds"),
        "transactions_count": block.transactions,
        "size": block.size,
        "type": "block",
    }
