"""Blockchair: all chains at once, and tables that are filtered and sorted by what a call says."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.chains import CHAINS, Block, Chain, Transfer, recent
from sandbox.families.numbers import iso
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.venue import Answer

_CHAINS = ("bitcoin", "ethereum", "litecoin", "dogecoin")
_SATOSHIS, _WEIS = 10**8, 10**18
_LEAST = re.compile(r"(output_total|value)\((\d+)\.\.\)")
_MOST, _USUAL = 100, 10


class Blockchair(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        if path == "/stats":
            return self._all
        chain, _, table = path.removeprefix("/").partition("/")
        if chain not in _CHAINS:
            return None
        routes: dict[str, Route] = {
            "stats": lambda _, now: _told(_stats(CHAINS[chain], now)),
            "transactions": lambda query, now: self._transactions(CHAINS[chain], query, now),
        }
        return routes.get(table)

    def _all(self, _: Mapping[str, str], now: int) -> Answer:
        stats = {chain: _stats(CHAINS[chain], now) for chain in _CHAINS}
        payload = {chain: {"data": one} for chain, one in stats.items()}
        return Answer({"data": payload, "context": {"code": 200}}, rows=list(stats.values()))

    def _transactions(self, chain: Chain, query: Mapping[str, str], now: int) -> Answer:
        asked = _LEAST.fullmatch(query.get("q", ""))
        limit = query.get("limit", str(_USUAL))
        if asked is None or query.get("s") != "id(desc)" or not limit.isdecimal():
            raise self.error("q")
        unit = _WEIS if chain.gas else _SATOSHIS
        found = [
            _transaction(block, one)
            for block, one in recent(chain, now)
            if one.amount * unit >= int(asked[2])
        ]
        rows = found[: min(int(limit), _MOST)]
        return Answer({"data": rows, "context": {"code": 200, "limit": int(limit)}}, rows=rows)


VENUE = Blockchair


def _told(row: dict[str, Any]) -> Answer:
    return Answer({"data": row, "context": {"code": 200}}, rows=[row])


def _time(ms: int) -> str:
    return iso(ms, "seconds", "").replace("T", " ")


def _stats(chain: Chain, now: int) -> dict[str, Any]:
    block = chain.at(now)
    fast, medium, slow = chain.fees(now)
    daily = round(chain.filled * 86_400_000 / chain.every)
    row: dict[str, Any] = {
        "best_block_height": block.height,
        "best_block_hash": block.hash,
        "best_block_time": _time(block.time),
        "transactions_24h": daily,
        "mempool_transactions": chain.waiting(now),
    }
    if chain.gas:
        options = {"sloth": slow, "slow": slow, "normal": medium, "fast": fast, "cheetah": fast}
        return {**row, "suggested_transaction_fee_gwei_options": options, "difficulty": 0}
    return {
        **row,
        "mempool_size": chain.waiting(now) * 450,
        "difficulty": chain.difficulty(now),
        "hashrate_24h": f"{chain.hash_rate(now):.0f}",
        "suggested_transaction_fee_per_byte_sat": max(1, round(fast)),
    }


def _transaction(block: Block, one: Transfer) -> dict[str, Any]:
    row: dict[str, Any] = {
        "block_id": block.height,
        "hash": one.hash,
        "date": _time(block.time)[:10],
        "time": _time(block.time),
        "is_coinbase": False,
    }
    if not block.chain.gas:
        return {**row, "output_total": round(one.amount * _SATOSHIS)}
    weis = round(one.amount * 10**6) * (_WEIS // 10**6)
    sides = {"sender": f"0x{one.sender}", "recipient": f"0x{one.recipient}"}
    return {**row, "hash": f"0x{one.hash}", **sides, "value": str(weis)}
