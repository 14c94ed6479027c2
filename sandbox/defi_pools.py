"""The pools and vaults of the sandbox's decentralised finance, and what they pay."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import polars as pl

from sandbox import defi
from sandbox.defi_names import Protocol, chains, protocols
from sandbox.model import MINUTE, SEED
from sandbox.noise import fraction, key_of, levels

# By category: what lies in the pools, and their typical yield in percent a year.
_KINDS: dict[str, tuple[tuple[str, ...], float]] = {
    "Lending": (("USDC", "USDT", "WETH", "WBTC"), 4.5),
    "Liquid Staking": (("STETH",), 3.0),
    "Liquid Restaking": (("WEETH",), 3.4),
    "Dexs": (("WETH-USDC", "USDC-USDT", "WBTC-WETH"), 14.0),
    "Yield": (("USDE", "STETH"), 8.0),
    "Yield Aggregator": (("USDC", "WETH", "CRVUSD"), 6.0),
    "Basis Trading": (("SUSDE",), 9.0),
    "CDP": (("USDS",), 5.5),
    "RWA": (("USDY",), 4.1),
}
_STABLE = ("USDC", "USDT", "USDE", "SUSDE", "USDS", "USDY", "CRVUSD")
# The pool that is asked for by its id.
_FIRST = ("lido", "747c1d2a-c668-4682-b9f9-296708a3dd90")


@dataclass(frozen=True, slots=True)
class Pool:
    """`part` is what of the protocol lies in it, `typical` its yield in percent a year."""

    id: str
    protocol: Protocol
    chain: str
    symbol: str
    part: float
    typical: float

    @property
    def is_stable(self) -> bool:
        return all(symbol in _STABLE for symbol in self.symbol.split("-"))

    @property
    def reward_part(self) -> float:
        """What of the yield is paid in rewards; nothing in most."""
        return max(0.0, fraction("reward", self.id) - 0.6)


@cache
def pools() -> tuple[Pool, ...]:
    return tuple(pool for one in protocols() for pool in _of(one))


def paid(at: int) -> list[tuple[Pool, float, float]]:
    """Each pool with what is locked in it, and its yield in percent a year, at a moment."""
    locked = defi.present(at)
    keys = pl.Series([key_of(SEED, "apy", pool.id) for pool in pools()], dtype=pl.UInt64)
    minutes = pl.Series([at // MINUTE]).new_from_index(0, len(keys))
    return [
        (
            pool,
            locked.get(pool.protocol.slug, 0.0) * pool.part,
            pool.typical * math.exp(0.5 * moved),
        )
        for pool, moved in zip(pools(), levels(keys, minutes), strict=True)
    ]


def _of(one: Protocol) -> Iterator[Pool]:
    symbols, typical = _KINDS.get(one.category, ((), 0.0))
    for chain, part in list(defi.parts(one.chains, one.slug).items())[:4]:
        for place, symbol in enumerate(symbols):
            first = one.slug == _FIRST[0] and chain == chains()["E"].name
            made = str(UUID(int=key_of("pool", one.slug, chain, symbol) << 64, version=4))
            scale = 0.6 + 0.8 * fraction("apy", one.slug, chain, symbol)
            yield Pool(
                _FIRST[1] if first else made,
                one,
                chain,
                symbol,
                0.9 * part / (len(symbols) if place else 1) / (place + 1),
                typical * scale,
            )
