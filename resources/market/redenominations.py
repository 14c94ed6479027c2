"""Coins that changed their unit, as `redenominations.toml` tells.

Candles before and after stand in one market as they were traded: neither scaled nor merged.
"""

import functools
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SEED = Path(__file__).with_name("redenominations.toml")


@dataclass(frozen=True, slots=True)
class Redenomination:
    """From `at` (ms since 1970, UTC) on `factor` new units of `asset` (ticker) are one old unit."""

    asset: str
    at: int
    factor: float
    note: str
    docs_url: str


def redenominations(asset: str) -> Sequence[Redenomination]:
    """Those of an asset, by ticker, oldest first."""
    return [one for one in _all() if one.asset == asset]


@functools.cache
def _all() -> Sequence[Redenomination]:
    entries = tomllib.loads(_SEED.read_text())["redenomination"]
    found = (Redenomination(**{**e, "at": round(e["at"].timestamp() * 1000)}) for e in entries)
    return sorted(found, key=lambda one: one.at)
