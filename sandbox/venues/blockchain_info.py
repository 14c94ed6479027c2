"""Blockchain.com's explorer: what waits for a block, and single numbers as plain JSON."""

from collections.abc import Mapping
from typing import Any

from sandbox.chains import CHAINS, Block, Transfer, digest
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.venue import Answer

_SATOSHIS = 10**8
_SMALL = 20


class BlockchainInfo(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        bitcoin = CHAINS["bitcoin"]
        routes: dict[str, Route] = {
            "/q/getblockcount": lambda _, now: Answer(bitcoin.at(now).height),
            "/q/getdifficulty": lambda _, now: Answer(bitcoin.difficulty(now)),
            "/unconfirmed-transactions": self._waiting,
        }
        return routes.get(path)

    def _waiting(self, query: Mapping[str, str], now: int) -> Answer:
        """Of the block to come, as far as it has come in by now."""
        if query.get("format") != "json":
            raise self.error("format")
        chain = CHAINS["bitcoin"]
        newest = chain.at(now)
        coming = chain.block(newest.number + 1)
        large = [_large(one, now) for one in coming.transfers]
        rows = [*large, *(_small(newest, place, now) for place in range(_SMALL))]
        return Answer({"txs": rows}, rows=rows)


VENUE = BlockchainInfo


def _transaction(name: str, time: int, *values: int) -> dict[str, Any]:
    return {
        "hash": name,
        "ver": 2,
        "vin_sz": 1,
        "vout_sz": len(values),
        "size": 225,
        "weight": 900,
        "fee": 2_000,
        "time": time // 1_000,
        "inputs": [],
        "out": [{"n": place, "value": value} for place, value in enumerate(values)],
    }


def _large(one: Transfer, now: int) -> dict[str, Any]:
    total = round(one.amount * _SATOSHIS)
    return _transaction(one.hash, now, total // 4, total - total // 4)


def _small(block: Block, place: int, now: int) -> dict[str, Any]:
    name = digest("waiting", str(block.number), str(place))
    return _transaction(name, now, int(name[:7], 16))
