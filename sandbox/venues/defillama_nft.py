"""DefiLlama NFT: floors of collections on Ethereum, without volumes."""

from collections.abc import Mapping
from typing import Any

from sandbox.families.collections import KNOWN, Collection, made_up
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.noise import fraction
from sandbox.venue import Answer

_DAY = 86_400_000
_ALL = (*KNOWN, *made_up("0x", 94, 0.5))
_EXCHANGES = ("Blur", "OpenSea", "Magic Eden", "Rarible")


class DefiLlamaNft(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        return {"/collections": self._collections, "/exchangeVolume": self._volumes}.get(path)

    def _collections(self, _: Mapping[str, str], now: int) -> Answer:
        rows = [_row(collection, now) for collection in _ALL]
        return Answer(rows, rows=rows)

    def _volumes(self, _: Mapping[str, str], now: int) -> Answer:
        day = now // _DAY * _DAY
        total = sum(collection.volume(day) for collection in KNOWN)
        return Answer(
            [
                {
                    "day": str(day),
                    "exchangeName": name,
                    "sum": total / 2**place,
                    "count": int(total / 2**place),
                }
                for place, name in enumerate(_EXCHANGES, 1)
            ]
        )


VENUE = DefiLlamaNft


def _row(collection: Collection, now: int) -> dict[str, Any]:
    floor = collection.floor(now)
    # Nobody sells any of some.
    offered = collection in KNOWN or fraction("offered", collection.name) > 0.1
    return {
        "collectionId": collection.id,
        "name": collection.name,
        "symbol": "".join(word[0] for word in collection.name.split()).upper(),
        "image": None,
        "totalSupply": collection.supply,
        "onSaleCount": collection.listed(now) if offered else 0,
        "floorPrice": floor if offered else None,
        "floorPricePctChange1Day": _change(collection, now, 1) if offered else None,
        "floorPricePctChange7Day": _change(collection, now, 7) if offered else None,
    }


def _change(collection: Collection, now: int, days: int) -> float:
    return round((collection.floor(now) / collection.floor(now - days * _DAY) - 1) * 100, 2)
