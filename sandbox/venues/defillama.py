"""DefiLlama: what is locked in protocols and chains, what is traded and earned there."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import unquote

from sandbox import defi
from sandbox.defi_names import Protocol, chains, protocols
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.noise import fraction, key_of
from sandbox.venue import Answer, RequestError

_HOUR = 3_600_000
_HISTORY, _PROTOCOL, _TVL = "/v2/historicalChainTvl", "/protocol/", "/tvl/"
_KINDS = {"/overview/dexs": "dailyVolume", "/overview/fees": "dailyFees"}


class DefiLlama(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        plain = {"/protocols": self._protocols, "/v2/chains": self._chains}
        if path in plain:
            return plain[path]
        if path in _KINDS:
            return lambda query, now: _overview(path, query, now)
        if path == _HISTORY:
            return lambda _, now: _days(now, None)
        for start, tell in ((f"{_HISTORY}/", _chain_days), (_PROTOCOL, _protocol), (_TVL, _tvl)):
            if path.startswith(start):
                return partial(_about, tell, unquote(path.removeprefix(start)))
        return None

    def error(self, what: str, status: int = 400) -> RequestError:
        return RequestError(Answer({"message": what}, status))

    def _protocols(self, _: Mapping[str, str], now: int) -> Answer:
        before = [defi.present(now - ago) for ago in (_HOUR, 24 * _HOUR, 168 * _HOUR)]
        locked = defi.present(now)
        rows = [_row(one, locked[one.slug], [t.get(one.slug) for t in before])
                for one in protocols() if one.slug in locked]  # fmt: skip
        rows.sort(key=lambda row: -row["tvl"])
        return Answer(rows, rows=rows)

    def _chains(self, _: Mapping[str, str], now: int) -> Answer:
        locked = defi.of_chains(now)
        rows = [
            {
                "gecko_id": chain.gecko_id,
                "tvl": locked[chain.name],
                "tokenSymbol": chain.token,
                "cmcId": None,
                "name": chain.name,
                "chainId": chain.evm,
            }
            for chain in chains().values()
        ]
        return Answer(rows, rows=rows)


VENUE = DefiLlama


def _row(one: Protocol, tvl: float, before: Sequence[float | None]) -> dict[str, Any]:
    parts = {name: tvl * part for name, part in defi.parts(one.chains, one.slug).items()}
    names = sorted(parts, key=lambda name: -parts[name])
    lends = one.category == "Lending"
    borrowed = {"borrowed": 0.6 * tvl, f"{names[0]}-borrowed": 0.6 * parts[names[0]]}
    has_token = fraction("token", one.slug) < 0.6
    hour, day, week = ((tvl / then - 1) * 100 if then else None for then in before)
    return {
        "id": str(key_of("id", one.slug) % 9_000),
        "name": one.name,
        "address": None,
        "symbol": "-",
        "url": f"https://{one.slug}.example",
        "description": f"{one.name} of the sandbox.",
        "chain": "Multi-Chain" if len(names) > 1 else names[0],
        "logo": None,
        "audits": "2",
        "gecko_id": one.slug if has_token else None,
        "category": one.category,
        "chains": names,
        "module": f"{one.slug}/index.js",
        "slug": one.slug,
        "tvl": tvl,
        "chainTvls": {**parts, **(borrowed if lends else {})},
        "change_1h": hour,
        "change_1d": day,
        "change_7d": week,
        "tokenBreakdowns": {},
        "mcap": tvl * (0.1 + fraction("mcap", one.slug)) if has_token else None,
    }


def _days(now: int, chain: str | None) -> Answer:
    rows = [{"date": at // 1000, "tvl": round(tvl)} for at, tvl in defi.days_of(now, chain)]
    return Answer(rows, rows=rows)


def _about(
    tell: Callable[[int, str], Answer], name: str, query: Mapping[str, str], now: int
) -> Answer:
    del query
    return tell(now, name)


def _chain_days(now: int, name: str) -> Answer:
    known = {chain.name.lower(): chain.name for chain in chains().values()}
    if name.lower() not in known:
        raise RequestError(Answer({"message": f"There is no chain with that name: {name}"}, 400))
    return _days(now, known[name.lower()])


def _named(slug: str) -> Protocol:
    found = next((one for one in protocols() if one.slug == slug.lower()), None)
    if found is None:
        raise RequestError(Answer({"message": "Protocol not found"}, 400))
    return found


def _protocol(now: int, slug: str) -> Answer:
    one = _named(slug)
    days = [{"date": at // 1000, "totalLiquidityUSD": tvl} for at, tvl in defi.days(now, one.slug)]
    parts = defi.parts(one.chains, one.slug)
    payload = {
        "id": str(key_of("id", one.slug) % 9_000),
        "name": one.name,
        "category": one.category,
        "chains": list(parts),
        "currentChainTvls": {name: days[-1]["totalLiquidityUSD"] * p for name, p in parts.items()},
        "chainTvls": {},
        "tvl": days,
        "tokens": [],
    }
    return Answer(payload, rows=days)


def _tvl(now: int, slug: str) -> Answer:
    return Answer(defi.present(now)[_named(slug).slug])


def _overview(path: str, query: Mapping[str, str], now: int) -> Answer:
    kind = query.get("dataType", _KINDS[path])
    if kind not in ("dailyVolume", "dailyFees", "dailyRevenue"):
        raise RequestError(Answer({"message": f"Data type not supported: {kind}"}, 400))
    flows = defi.traded(now) if path == "/overview/dexs" else defi.earned(now)
    if kind == "dailyRevenue":
        flows = {slug: [day * defi.kept(slug) for day in flow] for slug, flow in flows.items()}
    rows = [_flow(one, flows[one.slug]) for one in protocols() if one.slug in flows]
    whole = [
        sum(flow[day] for flow in flows.values()) for day in range(len(flows[rows[0]["slug"]]))
    ]
    head: dict[str, Any] = {"totalDataChart": [], "totalDataChartBreakdown": [], "chain": None}
    names = [chain.name for chain in chains().values()]
    return Answer({**head, "allChains": names, **_totals(whole), "protocols": rows}, rows=rows)


def _flow(one: Protocol, flow: Sequence[float]) -> dict[str, Any]:
    parts = defi.parts(one.chains, one.slug)
    return {
        **_totals(flow),
        "breakdown24h": {name.lower(): {one.name: round(flow[0] * p)} for name, p in parts.items()},
        "defillamaId": str(key_of("id", one.slug) % 9_000),
        "name": one.name,
        "displayName": one.name,
        "module": one.slug,
        "category": one.category,
        "chains": list(parts),
        "protocolType": "protocol",
        "slug": one.slug,
    }


def _totals(flow: Sequence[float]) -> dict[str, Any]:
    return {
        "total24h": round(flow[0]),
        "total48hto24h": round(flow[1]),
        "total7d": round(sum(flow[:7])),
        "total30d": round(sum(flow) * 30 / len(flow)),
        "change_1d": round((flow[0] / flow[1] - 1) * 100, 2),
    }
