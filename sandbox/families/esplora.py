"""Esplora and mempool.space, which is made of it."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.chains import CHAINS, Block
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.venue import Answer

_BLOCKS = 10
_RETARGET = 2_016


class Esplora(Routed):
    """What Esplora itself tells of one chain."""

    rules = Rules({"USD": 1.0}, share=1.0)
    chain: ClassVar[str] = "bitcoin"

    def routes(self, path: str) -> Route | None:
        routes: dict[str, Route] = {
            "/blocks": self._blocks,
            "/blocks/tip/height": lambda _, now: Answer(CHAINS[self.chain].at(now).height),
            "/mempool": self._mempool,
            "/fee-estimates": self._estimates,
        }
        return routes.get(path.removeprefix("/api"))

    def _blocks(self, _: Mapping[str, str], now: int) -> Answer:
        chain = CHAINS[self.chain]
        newest = chain.at(now).number
        rows = [block_of(chain.block(newest - back)) for back in range(_BLOCKS)]
        return Answer(rows, rows=rows)

    def _mempool(self, _: Mapping[str, str], now: int) -> Answer:
        chain = CHAINS[self.chain]
        waiting, fee = chain.waiting(now), chain.fees(now)[1]
        size = waiting * 420
        row = {
            "count": waiting,
            "vsize": size,
            "total_fee": round(size * fee),
            "fee_histogram": [[round(fee, 2), size]],
        }
        return Answer(row, rows=[row])

    def _estimates(self, _: Mapping[str, str], now: int) -> Answer:
        fast, medium, slow = CHAINS[self.chain].fees(now)
        by_blocks = {1: fast, 2: fast, 3: medium, 4: medium, 5: medium, 6: slow, 144: slow / 2}
        row = {str(blocks): round(fee, 3) for blocks, fee in by_blocks.items()}
        return Answer(row, rows=[row])


class Mempool(Esplora):
    """With what mempool.space adds."""

    def routes(self, path: str) -> Route | None:
        routes: dict[str, Route] = {
            "/v1/blocks": self._blocks,
            "/v1/fees/recommended": self._recommended,
            "/v1/mining/hashrate/3d": self._hashrate,
            "/v1/difficulty-adjustment": self._adjustment,
            "/v1/lightning/statistics/latest": self._lightning,
        }
        return routes.get(path.removeprefix("/api")) or super().routes(path)

    def _recommended(self, _: Mapping[str, str], now: int) -> Answer:
        fast, medium, slow = (max(1, round(fee)) for fee in CHAINS[self.chain].fees(now))
        row = {
            "fastestFee": fast,
            "halfHourFee": medium,
            "hourFee": slow,
            "economyFee": max(1, slow // 2),
            "minimumFee": 1,
        }
        return Answer(row, rows=[row])

    def _hashrate(self, _: Mapping[str, str], now: int) -> Answer:
        chain = CHAINS[self.chain]
        day = now // 86_400_000 * 86_400
        row: dict[str, Any] = {
            "hashrates": [{"timestamp": day, "avgHashrate": chain.hash_rate(now)}],
            "difficulty": [],
            "currentHashrate": chain.hash_rate(now),
            "currentDifficulty": chain.difficulty(now),
        }
        return Answer(row, rows=[row])

    def _adjustment(self, _: Mapping[str, str], now: int) -> Answer:
        done = CHAINS[self.chain].at(now).height % _RETARGET
        left = _RETARGET - done
        return Answer({"progressPercent": 100 * done / _RETARGET, "remainingBlocks": left})

    def _lightning(self, _: Mapping[str, str], now: int) -> Answer:
        del now
        return Answer({"latest": {"channel_count": 45_000, "node_count": 17_000}})


def block_of(block: Block) -> dict[str, Any]:
    """A block as both tell it."""
    return {
        "id": block.hash,
        "height": block.height,
        "version": 536_870_912,
        "timestamp": block.time // 1_000,
        "tx_count": block.transactions,
        "size": block.size,
        "weight": block.size * 3,
        "previousblockhash": block.chain.block(block.number - 1).hash,
        "mediantime": block.time // 1_000 - 3_000,
        "difficulty": block.chain.difficulty(block.time),
    }
