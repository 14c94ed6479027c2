"""OpenSea: one collection on Ethereum at a time, for those who have a key."""

from collections.abc import Mapping
from typing import Any

from sandbox.families.collections import KNOWN, Collection
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.venue import Answer, RequestError

_BASE = "/api/v2/collections"
_SLUGS = {
    "CryptoPunks": "cryptopunks",
    "Bored Ape Yacht Club": "boredapeyachtclub",
    "Pudgy Penguins": "pudgypenguins",
    "Azuki": "azuki",
    "Mutant Ape Yacht Club": "mutant-ape-yacht-club",
    "Lil Pudgys": "lilpudgys",
}
_COLLECTIONS = {_SLUGS[one.name]: one for one in KNOWN}
_PERIODS = {"one_day": 1, "seven_day": 7, "thirty_day": 30}


class OpenSea(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        if path == _BASE:
            return self._list
        slug, _, last = path.removeprefix(f"{_BASE}/").partition("/")
        known = path.startswith(f"{_BASE}/") and last == "stats" and slug in _COLLECTIONS
        return (lambda _query, now: _stats(_COLLECTIONS[slug], now)) if known else None

    def _list(self, query: Mapping[str, str], _: int) -> Answer:
        limit = query.get("limit", "100")
        if not limit.isdecimal():
            raise self.error("limit must be a number")
        rows = [_described(slug, one) for slug, one in _COLLECTIONS.items()][: int(limit)]
        return Answer({"collections": rows, "next": None}, rows=rows)

    def error(self, what: str, status: int = 400) -> RequestError:
        text = "Collection not found" if what == "path" else what
        return RequestError(Answer({"errors": [text]}, status))


VENUE = OpenSea


def _stats(collection: Collection, now: int) -> Answer:
    floor, total = collection.floor(now), collection.total(now)
    row = {
        "total": {
            "volume": total,
            "sales": int(total / collection.price),
            "average_price": collection.price,
            "num_owners": collection.owners,
            "market_cap": floor * collection.supply,
            "floor_price": floor,
            "floor_price_symbol": "ETH",
        },
        "intervals": [_period(collection, name, days, now) for name, days in _PERIODS.items()],
    }
    return Answer(row, rows=[row["total"]])


def _period(collection: Collection, name: str, days: int, now: int) -> dict[str, Any]:
    day = 86_400_000
    volume = sum(collection.volume(now - back * day) for back in range(days))
    before = sum(collection.volume(now - (days + back) * day) for back in range(days))
    return {
        "interval": name,
        "volume": volume,
        "volume_diff": volume - before,
        "volume_change": volume / before - 1,
        "sales": int(volume / collection.floor(now)),
        "sales_diff": 0,
        "average_price": collection.floor(now) * 1.05,
    }


def _described(slug: str, collection: Collection) -> dict[str, Any]:
    return {
        "collection": slug,
        "name": collection.name,
        "contracts": [{"address": collection.id, "chain": "ethereum"}],
    }
