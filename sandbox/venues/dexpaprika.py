"""DexPaprika: what is traded on the decentralised exchanges of each chain."""

from collections.abc import Mapping

from sandbox import defi
from sandbox.defi_names import chains, protocols
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.noise import fraction, key_of
from sandbox.venue import Answer, RequestError

# It has not all exchanges.
_SEEN = 0.93
_TRADE = 1_500.0


class DexPaprika(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        if path.startswith("/networks/") and path.endswith("/pools"):
            return lambda query, now: self._pools(path.split("/")[2], query, now)
        return {"/networks": self._networks, "/stats": self._stats}.get(path)

    def _networks(self, _: Mapping[str, str], now: int) -> Answer:
        volumes = _by_chain(now)
        rows = [
            {
                "id": chain.paprika,
                "display_name": chain.name,
                "volume_usd_24h": volumes.get(chain.name, 0.0),
                "txns_24h": round(volumes.get(chain.name, 0.0) / _TRADE),
                "pools_count": 100 + key_of("pools", chain.name) % 100_000,
            }
            for chain in chains().values()
            if chain.paprika
        ]
        return Answer(rows, rows=rows)

    def _stats(self, _: Mapping[str, str], now: int) -> Answer:
        del now
        dexes = [one for one in protocols() if one.category == "Dexs"]
        count = sum(chain.paprika is not None for chain in chains().values())
        return Answer({"chains": count, "factories": len(dexes), "pools": 900, "tokens": 700})

    def _pools(self, network: str, query: Mapping[str, str], now: int) -> Answer:
        chain = next((one for one in chains().values() if one.paprika == network), None)
        if chain is None:
            raise RequestError(Answer({"message": "network not found"}, 404))
        asked = query.get("limit", "10")
        if not asked.isdecimal() or not 0 < int(asked) <= 100:
            raise RequestError(Answer({"message": "limit must be between 1 and 100"}, 400))
        volumes = defi.traded(now)
        rows = [
            {
                "id": f"0x{key_of('address', one.slug, chain.name):040x}",
                "dex_id": one.slug.replace("-", "_"),
                "dex_name": one.name,
                "chain": network,
                "volume_usd": volumes[one.slug][0] * part * _SEEN,
                "transactions": round(volumes[one.slug][0] * part / _TRADE),
                "price_usd": 1 + fraction("price", one.slug),
            }
            for one in protocols()
            if one.slug in volumes
            for name, part in defi.parts(one.chains, one.slug).items()
            if name == chain.name
        ]
        rows.sort(key=lambda row: -float(str(row["volume_usd"])))
        page = rows[: int(asked)]
        info = {"limit": int(asked), "page": 1, "total_items": len(rows), "total_pages": 1}
        return Answer({"pools": page, "page_info": info}, rows=page)


VENUE = DexPaprika


def _by_chain(now: int) -> dict[str, float]:
    found: dict[str, float] = {}
    volumes = defi.traded(now)
    for one in protocols():
        for name, part in defi.parts(one.chains, one.slug).items():
            if one.slug in volumes:
                found[name] = found.get(name, 0.0) + volumes[one.slug][0] * part * _SEEN
    return found
