"""Yearn yDaemon: what its own vaults hold and pay."""

from collections.abc import Mapping
from typing import Any

from sandbox.defi_names import chains
from sandbox.defi_pools import Pool, paid
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.noise import key_of
from sandbox.venue import Answer, RequestError

_PROJECT = "yearn-finance"
# The vault that is asked for by its address.
_FIRST = "0xa354F35829Ae975e850e23e9615b11Da1B3dC4DE"


class Yearn(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        steps = path.strip("/").split("/")
        if path == "/vaults":
            return self._all
        if len(steps) == 2 and steps[1] == "tvl":
            return lambda _, now: _locked(steps[0], now)
        if len(steps) == 3 and steps[1] == "vaults":
            return lambda _, now: _one(steps[2], now)
        return None

    def _all(self, query: Mapping[str, str], now: int) -> Answer:
        asked = query.get("limit", "200")
        if not asked.isdecimal():
            raise RequestError(Answer({"error": "invalid limit"}, 400))
        rows = _vaults(now)[: int(asked)]
        return Answer(rows, rows=rows)


VENUE = Yearn


def _vaults(now: int) -> list[dict[str, Any]]:
    own = [one for one in paid(now) if one[0].protocol.slug == _PROJECT]
    return [_row(place, *one) for place, one in enumerate(own)]


def _row(place: int, pool: Pool, tvl: float, apy: float) -> dict[str, Any]:
    chain = next(one for one in chains().values() if one.name == pool.chain)
    reward = apy * pool.reward_part / 100
    address = f"0x{key_of('vault', pool.id):040x}" if place else _FIRST
    return {
        "address": address,
        "type": "Yearn Vault",
        "kind": "Multi Strategy",
        "symbol": f"yv{pool.symbol}-{place + 1}",
        "name": f"{pool.symbol} yVault",
        "category": "Stablecoin" if pool.is_stable else "Volatile",
        "version": "3.0.2",
        "decimals": 18,
        "chainID": chain.evm or 0,
        "token": {"address": None, "symbol": pool.symbol, "decimals": 18},
        "tvl": {"totalAssets": str(round(tvl * 10**18)), "tvl": tvl, "price": 1.0},
        "apr": {
            "type": "v3:averaged",
            "netAPR": apy / 100 - reward,
            "fees": {"performance": 0.1, "management": 0},
            "extra": {"stakingRewardsAPR": reward or None, "gammaRewardAPR": None},
        },
        "featuringScore": tvl,
    }


def _locked(chain: str, now: int) -> Answer:
    return Answer(sum(row["tvl"]["tvl"] for row in _vaults(now) if str(row["chainID"]) == chain))


def _one(address: str, now: int) -> Answer:
    found = next((row for row in _vaults(now) if row["address"].lower() == address.lower()), None)
    if found is None:
        raise RequestError(Answer({"error": "vault not found"}, 404))
    return Answer(found, rows=[found])
