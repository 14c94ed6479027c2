"""The chains that are watched."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from resources.errors import UnknownName


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain, by the name that explorers use.

    `asset` is the ticker of the coin that it moves and takes fees in, `genesis` when it began (ms
    since 1970, UTC), `fastest` the shortest mean time between blocks that it ever had, in seconds.
    A transfer of `large` coins or more is a large one: some millions of dollars.
    """

    id: str
    asset: str
    genesis: int
    fastest: float
    large: float

    def highest(self, now: int) -> int:
        """No block can be higher than this at a time (ms)."""
        return int((now - self.genesis) / 1000 / self.fastest)


_ALL = (
    Chain("bitcoin", "BTC", 1_231_006_505_000, 500, 100),
    Chain("ethereum", "ETH", 1_438_269_973_000, 12, 1_000),
    Chain("litecoin", "LTC", 1_317_972_665_000, 125, 20_000),
    Chain("dogecoin", "DOGE", 1_386_325_540_000, 50, 10_000_000),
    Chain("bsc", "BNB", 1_598_671_449_000, 0.4, 2_000),
    Chain("polygon", "POL", 1_590_824_836_000, 1.7, 10_000_000),
)
CHAINS: Mapping[str, Chain] = {chain.id: chain for chain in _ALL}


def find_chain(spelling: str) -> Chain:
    """By its name or its coin's ticker; raises UnknownName with near names."""
    text = spelling.strip().lower()
    for chain in _ALL:
        if text in (chain.id, chain.asset.lower()):
            return chain
    raise UnknownName("chain", spelling, difflib.get_close_matches(text, CHAINS))
