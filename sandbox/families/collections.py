"""Collections of NFTs: floors that move like prices, and volumes that follow them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.model import SEED
from sandbox.noise import fraction, key_of, level

_MINUTE = 60_000
_DAY = 86_400_000
_FIRST = int(datetime(2022, 1, 1, tzinfo=UTC).timestamp() * 1000)
_MOODS = ("Paper", "Quiet", "Solar", "Velvet", "Pixel", "Lunar", "Rusty", "Polar", "Neon", "Salt")
_THINGS = (
    "Foxes", "Robots", "Gardens", "Masks", "Pilots", "Turtles", "Towers", "Dancers", "Moths",
    "Kettles", "Sailors", "Ghosts", "Lanterns", "Wolves",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Collection:
    """`price` is the floor around which it moves, in its currency; `supply` how many there are."""

    id: str
    name: str
    price: float
    supply: int

    def floor(self, now: int) -> float:
        """The cheapest offer at a moment (ms since 1970, UTC)."""
        walk = level(key_of(SEED, "floor", self.name), now // _MINUTE)
        price = self.price * math.exp(0.6 * walk)
        return round(price, max(0, 3 - math.floor(math.log10(price))))

    def volume(self, now: int) -> float:
        """What was sold for in 24 hours."""
        busy = math.exp(level(key_of(SEED, "volume", self.name), now // _MINUTE))
        return round(self.supply * self._turnover * busy * self.floor(now), 4)

    def total(self, now: int) -> float:
        """What was sold for since the beginning of 2022."""
        days = (now - _FIRST) / _DAY
        return round(self.supply * self._turnover * self.price * days, 4)

    def listed(self, now: int) -> int:
        walk = level(key_of(SEED, "listed", self.name), now // _MINUTE)
        return int(self.supply * 0.04 * math.exp(walk))

    @property
    def owners(self) -> int:
        return int(self.supply * (0.3 + 0.4 * fraction("owners", self.name)))

    @property
    def _turnover(self) -> float:
        """The part of all that is sold in a day."""
        return 0.0005 + 0.004 * fraction("turnover", self.name) ** 2


def made_up(prefix: str, count: int, dearest: float) -> list[Collection]:
    """Collections with names of the sandbox's own, the dearest first; ids begin with `prefix`."""
    names = [f"{mood} {thing}" for thing in _THINGS for mood in _MOODS][:count]
    return [
        Collection(
            f"{prefix}{key_of(prefix, name) % 10**18:018d}",
            name,
            dearest / (place + 1) ** 1.1,
            500 * (1 + int(20 * fraction("supply", name))),
        )
        for place, name in enumerate(names)
    ]


# In ether, what the best known ones were worth in the summer of 2026, roundly.
KNOWN: Sequence[Collection] = (
    Collection("0xb47e3cd837ddf8e4c57f05d70ab865de6e193bbb", "CryptoPunks", 28.0, 9_994),
    Collection("0xbc4ca0eda7647a8ab7c2061c2e118a18a936f13d", "Bored Ape Yacht Club", 6.5, 9_998),
    Collection("0xbd3531da5cf5857e7cfaa92426877b022e612cf8", "Pudgy Penguins", 5.2, 8_888),
    Collection("0xed5af388653567af2f388e6224dc7c4b3241c544", "Azuki", 0.9, 10_000),
    Collection("0x60e4d786628fea6478f785a6d7e704777c86a7c6", "Mutant Ape Yacht Club", 0.8, 19_549),
    Collection("0x524cab2ec69124574082676e6f654a18df49a048", "Lil Pudgys", 0.6, 21_909),
)
