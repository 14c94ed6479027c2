"""Magic Eden: one collection on Solana at a time, in lamports."""

from collections.abc import Mapping
from typing import Any

from sandbox.families.collections import Collection
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.venue import Answer, RequestError

_BASE = "/v2/collections"
_LAMPORTS = 10**9
# In SOL.
_COLLECTIONS = {
    one.id: one
    for one in (
        Collection("mad_lads", "Mad Lads", 14.0, 9_967),
        Collection("solana_monkey_business", "SMB Gen2", 11.0, 5_000),
        Collection("claynosaurz", "Claynosaurz", 6.0, 10_000),
        Collection("degods", "DeGods", 2.5, 8_500),
        Collection("okay_bears", "Okay Bears", 1.9, 9_980),
        Collection("famous_fox_federation", "Famous Fox Federation", 1.6, 7_777),
        Collection("tensorians", "Tensorians", 1.1, 10_000),
    )
}


class MagicEden(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        if path == _BASE:
            return self._list
        symbol, _, last = path.removeprefix(f"{_BASE}/").partition("/")
        known = path.startswith(f"{_BASE}/") and last == "stats" and symbol in _COLLECTIONS
        return (lambda _query, now: _stats(_COLLECTIONS[symbol], now)) if known else None

    def _list(self, query: Mapping[str, str], _: int) -> Answer:
        offset, limit = (query.get(name, "") for name in ("offset", "limit"))
        start = int(offset) if offset.isdecimal() else 0
        count = int(limit) if limit.isdecimal() else 200
        rows = [_described(one) for one in list(_COLLECTIONS.values())[start : start + count]]
        return Answer(rows, rows=rows)

    def error(self, what: str, status: int = 400) -> RequestError:
        text = "collection not found" if what == "path" else what
        return RequestError(Answer({"errors": [{"msg": text}]}, status))


VENUE = MagicEden


def _stats(collection: Collection, now: int) -> Answer:
    row = {
        "symbol": collection.id,
        "floorPrice": int(collection.floor(now) * _LAMPORTS),
        "listedCount": collection.listed(now),
        "avgPrice24hr": collection.floor(now) * 1.06 * _LAMPORTS,
        "volumeAll": collection.total(now) * _LAMPORTS,
    }
    return Answer(row, rows=[row])


def _described(collection: Collection) -> dict[str, Any]:
    return {
        "symbol": collection.id,
        "name": collection.name,
        "description": f"{collection.supply} of them.",
        "categories": ["pfps"],
    }
