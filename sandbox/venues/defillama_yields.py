"""DefiLlama Yields: what the pools of all protocols pay."""

from collections.abc import Mapping
from typing import Any

from sandbox.defi import DAY
from sandbox.defi_pools import Pool, paid
from sandbox.families.numbers import iso
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.venue import Answer, RequestError

_CHART = "/chart/"


class DefiLlamaYields(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        if path == "/pools":
            return self._pools
        if path.startswith(_CHART):
            return lambda _, now: _chart(path.removeprefix(_CHART), now)
        return None

    def _pools(self, _: Mapping[str, str], now: int) -> Answer:
        rows = [_row(*one) for one in paid(now)]
        rows.sort(key=lambda row: -row["tvlUsd"])
        return Answer({"status": "success", "data": rows}, rows=rows)


VENUE = DefiLlamaYields


def _row(pool: Pool, tvl: float, apy: float) -> dict[str, Any]:
    reward = apy * pool.reward_part
    return {
        "chain": pool.chain,
        "project": pool.protocol.slug,
        "symbol": pool.symbol,
        "tvlUsd": round(tvl),
        "apyBase": round(apy - reward, 5),
        "apyReward": round(reward, 5) if reward else None,
        "apy": round(apy, 5),
        "rewardTokens": None,
        "pool": pool.id,
        "apyPct1D": None,
        "stablecoin": pool.is_stable,
        "ilRisk": "yes" if "-" in pool.symbol else "no",
        "exposure": "multi" if "-" in pool.symbol else "single",
        "predictions": {"predictedClass": "Stable/Up", "predictedProbability": 74},
        "poolMeta": None,
        "outlier": False,
        "underlyingTokens": [],
    }


def _chart(name: str, now: int) -> Answer:
    today = now // DAY * DAY
    rows = []
    for at in (*range(today - 29 * DAY, today + DAY, DAY), now):
        found = next((one for one in paid(at) if one[0].id == name), None)
        if found is None:
            raise RequestError(Answer({"status": "error", "message": "no such pool"}, 404))
        _, tvl, apy = found
        rows.append({"timestamp": iso(at), "tvlUsd": round(tvl), "apy": apy, "apyBase": apy})
    return Answer({"status": "success", "data": rows}, rows=rows)
