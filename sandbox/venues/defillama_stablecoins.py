"""DefiLlama Stablecoins: how much of each circulates, on which chains, and at what price."""

from collections.abc import Mapping
from typing import Any

from sandbox import defi
from sandbox.defi_names import Stablecoin, stablecoins
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.venue import Answer

_AGO = {"PrevDay": 1, "PrevWeek": 7, "PrevMonth": 30}


class DefiLlamaStablecoins(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        return {
            "/stablecoins": self._coins,
            "/stablecoinchains": self._chains,
            "/stablecoinprices": self._prices,
        }.get(path)

    def _coins(self, query: Mapping[str, str], now: int) -> Answer:
        priced = query.get("includePrices") == "true"
        rows = [_row(n, coin, now, priced) for n, coin in enumerate(stablecoins(), 1)]
        return Answer({"peggedAssets": rows, "chains": _by_chain(now)}, rows=rows)

    def _chains(self, _: Mapping[str, str], now: int) -> Answer:
        return Answer([{"gecko_id": None, "tokenSymbol": None, **row} for row in _by_chain(now)])

    def _prices(self, _: Mapping[str, str], now: int) -> Answer:
        days = [now // defi.DAY * defi.DAY - back * defi.DAY for back in range(30, -1, -1)]
        return Answer(
            [
                {
                    "date": day // 1000,
                    "prices": {coin.gecko_id: defi.peg_price(coin, day) for coin in stablecoins()},
                }
                for day in days
            ]
        )


VENUE = DefiLlamaStablecoins


def _row(number: int, coin: Stablecoin, now: int, priced: bool) -> dict[str, Any]:
    peg = f"pegged{coin.peg}"
    amounts = {ago: defi.circulating(coin, now - days * defi.DAY) for ago, days in _AGO.items()}
    amount = defi.circulating(coin, now)
    parts = defi.parts(coin.chains, coin.symbol)
    return {
        "id": str(number),
        "name": coin.name,
        "symbol": coin.symbol,
        "gecko_id": coin.gecko_id,
        "pegType": peg,
        "priceSource": "defillama",
        "pegMechanism": coin.mechanism,
        "circulating": {peg: amount},
        **{f"circulating{ago}": {peg: then} for ago, then in amounts.items()},
        "chainCirculating": {
            name: {"current": {peg: amount * part}} for name, part in parts.items()
        },
        "chains": list(parts),
        **({"price": defi.peg_price(coin, now)} if priced else {}),
    }


def _by_chain(now: int) -> list[dict[str, Any]]:
    found: dict[str, float] = {}
    for coin in stablecoins():
        dollars = defi.circulating(coin, now) * defi.peg_price(coin, now)
        for name, part in defi.parts(coin.chains, coin.symbol).items():
            found[name] = found.get(name, 0.0) + dollars * part
    return [
        {"totalCirculatingUSD": {"peggedUSD": dollars}, "name": name}
        for name, dollars in found.items()
    ]
