"""BlockCypher: one object a chain, times to the nanosecond, hashes of Ethereum without 0x."""

from collections.abc import Mapping

from sandbox.chains import CHAINS
from sandbox.families.numbers import iso
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.venue import Answer

_CHAINS = {"btc": "bitcoin", "eth": "ethereum", "ltc": "litecoin", "doge": "dogecoin"}
_GWEI = 10**9


class Blockcypher(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        coin, _, net = path.removeprefix("/v1/").partition("/")
        if net != "main" or coin not in _CHAINS:
            return None
        return lambda query, now: self._main(coin, query, now)

    def _main(self, coin: str, _: Mapping[str, str], now: int) -> Answer:
        chain = CHAINS[_CHAINS[coin]]
        block = chain.at(now)
        fast, medium, slow = chain.fees(now)
        if chain.gas:
            prices = [round(fee * _GWEI) for fee in (fast, medium, slow)]
            names = ("high_gas_price", "medium_gas_price", "low_gas_price")
            fees = {**dict(zip(names, prices, strict=True)), "base_fee": round(slow * 0.9 * _GWEI)}
        else:
            names = ("high_fee_per_kb", "medium_fee_per_kb", "low_fee_per_kb")
            fees = dict(zip(names, (round(f * 1_000) for f in (fast, medium, slow)), strict=True))
        row = {
            "name": f"{coin.upper()}.main",
            "height": block.height,
            "hash": block.hash,
            "time": iso(block.time, "microseconds", "627Z"),
            "previous_hash": chain.block(block.number - 1).hash,
            "peer_count": 239,
            "unconfirmed_count": chain.waiting(now),
            **fees,
        }
        return Answer(row, rows=[row])


VENUE = Blockcypher
