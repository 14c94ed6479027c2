"""Chains as all explorers of the sandbox tell them: pure functions of the time, ms since 1970, UTC.

A chain has a block every so many seconds, of which everything follows: its hash, its
transactions, and now and then a large transfer. Fees move by the hour, and with the mood.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.mood import mood
from sandbox.noise import fraction, key_of, level

_HOUR = 3_600_000
_GENESIS = 1_500_000_000_000


@dataclass(frozen=True, slots=True)
class Chain:
    """`every` is the ms between two blocks, `height` that of the block at _GENESIS, `fee` the usual
    one (satoshis a byte, or gwei), `filled` the usual transactions of a block, `hourly` how many
    large transfers there are an hour and `large` how many coins the smallest of these moves."""

    id: str
    ticker: str
    every: int
    height: int
    fee: float
    filled: int
    hourly: float
    large: float
    gas: bool = False

    def at(self, now: int) -> "Block":
        """The newest block at a moment."""
        return self.block((now - _GENESIS) // self.every)

    def block(self, number: int) -> "Block":
        return Block(self, number)

    def pace(self, now: int) -> float:
        """How busy it is, about 1: from a half to three."""
        walk = level(key_of("chain", self.id), now // _HOUR * 60)
        hour = fraction("busy", self.id, str(now // _HOUR)) - 0.5
        return (0.6 + 0.8 * mood(now)) * math.exp(0.3 * math.tanh(walk) + 0.2 * hour)

    def fees(self, now: int) -> tuple[float, float, float]:
        """For the next block, half an hour and an hour."""
        fast = self.fee * self.pace(now)
        return fast, fast * 0.8, fast * 0.6

    def waiting(self, now: int) -> int:
        """The transactions of its mempool."""
        return round(self.filled * 12 * self.pace(now))

    def difficulty(self, now: int) -> float:
        """Moves every two weeks, as a proof of work."""
        fortnight = now // (14 * 24 * _HOUR)
        return 1.2e14 * (1 + 0.05 * (fraction("difficulty", self.id, str(fortnight)) - 0.5))

    def hash_rate(self, now: int) -> float:
        """A second, that finds blocks at this difficulty."""
        return self.difficulty(now) * 2**32 / (self.every / 1_000)


@dataclass(frozen=True, slots=True)
class Transfer:
    hash: str
    sender: str
    recipient: str
    amount: float
    time: int


@dataclass(frozen=True, slots=True)
class Block:
    """The block of a number that counts from _GENESIS; `time` is when it was found, ms."""

    chain: Chain
    number: int

    @property
    def height(self) -> int:
        return self.chain.height + self.number

    @property
    def time(self) -> int:
        return _GENESIS + self.number * self.chain.every

    @property
    def hash(self) -> str:
        return digest("block", self.chain.id, str(self.number), zeros=0 if self.chain.gas else 19)

    @property
    def transactions(self) -> int:
        part = 0.7 + 0.6 * fraction("filled", self.chain.id, str(self.number))
        return round(self.chain.filled * part)

    @property
    def size(self) -> int:
        return self.transactions * 500

    @property
    def transfers(self) -> list[Transfer]:
        """The large ones, most often none."""
        expected = self.chain.hourly * self.chain.every / _HOUR
        drawn = fraction("transfers", self.chain.id, str(self.number))
        count = int(expected) + (drawn < expected % 1)
        return [self._transfer(place) for place in range(count)]

    def _transfer(self, place: int) -> Transfer:
        words = ("transfer", self.chain.id, str(self.number), str(place))
        amount = self.chain.large * (1 + 9 * fraction("amount", *words) ** 3)
        sender, recipient = (digest(side, *words)[:40] for side in ("from", "to"))
        return Transfer(digest(*words), sender, recipient, round(amount, 6), self.time)


def digest(*words: str, zeros: int = 0) -> str:
    """A hash of 64 hexadecimal digits that stands for the words."""
    text = "".join(f"{key_of(*words, str(part)):016x}" for part in range(4))
    return "0" * zeros + text[zeros:]


_ALL = (
    Chain("bitcoin", "BTC", 600_000, 475_000, 8.0, 3_000, 3.0, 120.0),
    Chain("ethereum", "ETH", 12_000, 4_000_000, 2.0, 200, 4.0, 1_200.0, gas=True),
    Chain("litecoin", "LTC", 150_000, 1_238_000, 3.0, 60, 1.0, 25_000.0),
    Chain("dogecoin", "DOGE", 60_000, 1_800_000, 1_000.0, 40, 1.0, 1.2e7),
    Chain("bsc", "BNB", 750, -309_000_000, 0.1, 150, 2.0, 2_500.0, gas=True),
    Chain("polygon", "POL", 2_000, -68_000_000, 40.0, 90, 1.0, 1.2e7, gas=True),
)
CHAINS: Mapping[str, Chain] = {chain.id: chain for chain in _ALL}


def recent(chain: Chain, now: int, hours: float = 24) -> list[tuple[Block, Transfer]]:
    """The large transfers of the last hours, the newest first."""
    newest = chain.at(now)
    first = newest.number - int(hours * _HOUR / chain.every)
    blocks = (chain.block(number) for number in range(newest.number, first, -1))
    return [(block, transfer) for block in blocks for transfer in reversed(block.transfers)]
