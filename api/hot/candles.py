"""The encoded candles in memory: who finds them, what ends them."""

import functools
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import parse_qsl

from api.hot.encoded import EncodedCandles, Prepared
from resources.ledger.commits import Commit
from resources.market import Interval
from resources.schemas import CANDLES, CANDLES_RESAMPLED

# Of 240 markets 1,000 candles, of 480 markets 500: more than are looked at at the same time.
_MOST_BYTES = 64_000_000
# What no commit tells (rows that a killed run has left, a restored lake) is seen after a minute.
_LONGEST = 60.0
# The tail looks fifty times a second. While it does not, nobody would tell what has changed.
_TRUSTED = 2.0
# What a bare asset means may change without a commit of candles, until it is settled.
_UNSETTLED = 1.0
_MOST_SPELLINGS = 4096
_SIZES = (100, 500, 1000)
_DEFAULTS = {"symbol": "BTC", "interval": "1h", "limit": "100"}
_LONGEST_QUERY, _LONGEST_SYMBOL = 200, 64
_INTERVALS = frozenset(map(str, Interval))
_TABLES = (CANDLES.name, CANDLES_RESAMPLED.name)

# Market or spelling, and interval: as texts, since the hash of an Interval takes ten times longer.
Key = tuple[str, str]


class Question(NamedTuple):
    """What `/api/ohlcv` is mostly asked: the newest closed candles, as they are stored now."""

    spelling: str
    interval: str
    limit: int

    @property
    def size(self) -> int:
        """How many candles to read, so that the next question finds them too."""
        return next(size for size in _SIZES if size >= self.limit)


def question_of(query: bytes) -> Question | None:
    """The question of a query string; None where anything about it is for the route to judge."""
    return _parsed(query) if len(query) <= _LONGEST_QUERY else None


@functools.lru_cache(4096)
def _parsed(query: bytes) -> Question | None:
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    given = dict(pairs)
    if len(given) != len(pairs) or not given.keys() <= _DEFAULTS.keys():
        return None
    symbol, interval, count = (_DEFAULTS | given).values()
    limit = int(count) if count.isascii() and count.isdecimal() and len(count) <= 4 else 0
    known = interval in _INTERVALS and 1 <= len(symbol) <= _LONGEST_SYMBOL
    if not known or not 1 <= limit <= _SIZES[-1]:
        return None
    return Question(symbol, interval, limit)


class Ticket:
    """Taken to read candles; void once a commit of their market is seen, or another is taken."""


class HotCandles:
    """Encoded candles by market and interval, the least used of them forgotten first.

    Questions come from the event loop, candles from the threads of routes, commits from that of
    the tail: a question takes no lock, since each of its steps is one of the interpreter's.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, tuple[float, EncodedCandles]] = OrderedDict()
        self._reading: dict[Key, Ticket] = {}
        # What a spelling means, and until when that is trusted.
        self._spelt: dict[Key, tuple[float, str]] = {}
        self._looked = -_TRUSTED

    def answer(self, question: Question) -> Prepared | None:
        """The answer to a question, None where the route must be asked."""
        until, market = self._spelt.get((question.spelling, question.interval), (0.0, ""))
        found = self.find(market, question) if time.monotonic() < until else None
        return None if found is None else found.answer(question.spelling, question.limit)

    def find(self, market: str, question: Question) -> EncodedCandles | None:
        """The candles of a market, if as many as are asked are kept and still what is stored."""
        key, now = (market, question.interval), time.monotonic()
        until, found = self._kept.get(key, (0.0, None))
        if found is None or not found.holds(question.limit):
            return None
        if now >= until or now - self._looked > _TRUSTED:
            return None
        with suppress(KeyError):  # another thread may just have forgotten it
            self._kept.move_to_end(key)
        return found

    def spell(self, question: Question, market: str, *, settled: bool) -> None:
        """Note which market a spelling means; `settled` where that will never change."""
        until = math.inf if settled else time.monotonic() + _UNSETTLED
        with self._lock:
            if len(self._spelt) >= _MOST_SPELLINGS:
                self._spelt.clear()
            self._spelt[question.spelling, question.interval] = until, market

    def ticket(self, market: str, interval: str) -> Ticket:
        """To be taken before the lake is read."""
        ticket = self._reading[market, interval] = Ticket()
        return ticket

    def put(self, ticket: Ticket, read: EncodedCandles) -> None:
        """Keep what was read with a ticket, if that holds still."""
        key = read.symbol, read.interval
        with self._lock:
            if self._reading.get(key) is not ticket:
                return
            self._drop(key)
            self._kept[key] = time.monotonic() + _LONGEST, read
            self._bytes += read.size
            while self._bytes > self._most:
                self._bytes -= self._kept.popitem(last=False)[1][1].size

    def follow(self, commits: Iterable[Commit]) -> None:
        """What the tail has seen: to be told each time that it looks, also of nothing new."""
        keys = {
            (str(key["symbol"]), str(key["interval"]))
            for commit in commits
            if commit.table in _TABLES
            for key in commit.keys
        }
        if keys:
            with self._lock:
                for key in keys:
                    self._drop(key)
                settled = (
                    (one, spelt) for one, spelt in self._spelt.items() if spelt[0] == math.inf
                )
                self._spelt = dict(settled)
        self._looked = time.monotonic()

    def _drop(self, key: Key) -> None:
        self._reading.pop(key, None)
        _, gone = self._kept.pop(key, (0.0, None))
        if gone is not None:
            self._bytes -= gone.size
