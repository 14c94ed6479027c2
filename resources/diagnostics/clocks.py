"""Whether the clocks agree: ours, the database's, those of providers."""

import statistics
import time
from collections.abc import Iterator

from resources.diagnostics.issue import Check, Issue
from resources.diagnostics.platform import Platform
from resources.ledger import feed_times, latest
from resources.ledger.database import AHEAD_MS

_APART_MS = 2_000
_AHEAD_OF_US_MS = 5_000
# Prices of older fetches say nothing of the clock now.
_RECENT_MS = 900_000
_ENOUGH = 3


def _database(platform: Platform) -> Iterator[Issue]:
    before = time.time_ns() // 1_000_000
    now = platform.ledger.now()
    apart = now - (before + time.time_ns() // 1_000_000) // 2
    if abs(apart) > _APART_MS:
        message = f"the database's clock is {apart / 1000:+.1f} s from this machine's"
        yield Issue("warning", message, {"apart_ms": apart})


def _providers(platform: Platform) -> Iterator[Issue]:
    """Nobody can see a price before we fetch it: where most have, our clock is behind. One that is
    minutes behind means that ours is ahead, or that the providers' prices are old."""
    now = platform.ledger.now()
    apart = [
        row["observed_at"] - row["fetched_at"]
        for row in latest.read_prices(platform.ledger).values()
        if abs(now - row["fetched_at"]) < _RECENT_MS
    ]
    if len(apart) < _ENOUGH:
        return
    median = round(statistics.median(apart))
    if not -AHEAD_MS <= median <= _AHEAD_OF_US_MS:
        where = "ahead of" if median > 0 else "behind"
        message = f"the clocks of providers are {abs(median) / 1000:.0f} s {where} ours"
        yield Issue("warning", message, {"apart_ms": median, "prices": len(apart)})


def _stored_ahead(platform: Platform) -> Iterator[Issue]:
    horizon = platform.ledger.now() + AHEAD_MS
    prices = latest.read_prices(platform.ledger)
    times = {f"price of {symbol}": int(row["at"]) for symbol, row in prices.items()}
    found = {**times, **feed_times.read(platform.ledger)}
    if ahead := sorted(name for name, at in found.items() if at > horizon):
        message = f"stored under a clock that was ahead: {', '.join(ahead[:5])}"
        yield Issue("warning", message, {"names": ahead})


CHECKS: dict[str, Check] = {
    "clock_of_database": _database,
    "clocks_of_providers": _providers,
    "clock_was_ahead": _stored_ahead,
}
