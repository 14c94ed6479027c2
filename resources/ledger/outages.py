"""Outages: times at which most markets of a provider have no candle. Arithmetic alone.

Windows are [start, end) of open times, ms since 1970 UTC.
"""

import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from resources.ledger.gap_ranges import NO_TRADE, NOT_LISTED, OUTAGE, Gap
from resources.plan import Window, missing, union, without

# Of so many markets at least, and of half of those that are traded, candles must be missing.
_FEWEST = 3


def classified(
    gaps: Mapping[str, Sequence[Gap]],
    covered: Mapping[str, Sequence[Window]],
    markets: Mapping[str, Set[str]],
) -> Mapping[str, list[Gap]]:
    """The gaps of one interval by symbol, in pieces: what lies in an outage of a provider that
    was asked is `outage`, all else `no trade` unless it is `not listed`.

    `covered` are the ranges that were asked for, by symbol, `markets` what each provider has
    ever listed; one that is not named there may have every market.
    """
    out = _outages(gaps, covered, markets)
    asked = {gap.providers for mine in gaps.values() for gap in mine}
    during = {names: union(w for name in names for w in out.get(name, ())) for names in asked}
    return {symbol: list(_told(mine, during)) for symbol, mine in gaps.items()}


def _told(gaps: Iterable[Gap], during: Mapping[tuple[str, ...], Sequence[Window]]) -> Iterator[Gap]:
    """Gaps in order, cut where an outage of who was asked begins or ends."""
    for gap in gaps:
        if gap.reason == NOT_LISTED:
            yield gap
            continue
        out = during[gap.providers]
        # Only those that end behind its start and begin before its end matter.
        first = bisect.bisect_right(out, gap.window.start, key=lambda one: one.end)
        last = bisect.bisect_left(out, gap.window.end, key=lambda one: one.start)
        if first == last:
            yield gap if gap.reason == NO_TRADE else replace(gap, reason=NO_TRADE)
            continue
        parts = [
            replace(gap, window=one.clip(gap.window), reason=OUTAGE) for one in out[first:last]
        ]
        rest = missing(gap.window, out[first:last])
        yield from sorted([*parts, *(replace(gap, window=one, reason=NO_TRADE) for one in rest)])


def _outages(
    gaps: Mapping[str, Sequence[Gap]],
    covered: Mapping[str, Sequence[Window]],
    markets: Mapping[str, Set[str]],
) -> Mapping[str, list[Window]]:
    """When most markets of a provider had no candle, by provider."""
    lacking: dict[str, list[Window]] = {}
    asked: dict[str, set[str]] = {}
    traded: dict[str, list[Window]] = {}
    for symbol, windows in covered.items():
        mine = gaps.get(symbol, ())
        traded[symbol] = without(windows, [g.window for g in mine if g.reason == NOT_LISTED])
        for gap in mine:
            if gap.reason != NOT_LISTED:
                for provider in gap.providers:
                    lacking.setdefault(provider, []).append(gap.window)
                    asked.setdefault(provider, set()).add(symbol)
    found = {}
    for provider, windows in lacking.items():
        if len(asked[provider]) >= _FEWEST:
            theirs = traded.keys() & (markets.get(provider, traded.keys()) | asked[provider])
            found[provider] = _most(windows, [w for name in theirs for w in traded[name]])
    return found


def _most(lacking: Sequence[Window], traded: Sequence[Window]) -> list[Window]:
    """Where at least half of the markets that are traded lack candles, and enough of them."""
    marks = [(window.start, 1, 0) for window in lacking]
    marks += [(window.end, -1, 0) for window in lacking]
    marks += [(window.start, 0, 1) for window in traded]
    marks += [(window.end, 0, -1) for window in traded]
    marks.sort()
    found: list[Window] = []
    missed, open_markets, at = 0, 0, 0
    for time, gap, market in marks:
        if time > at and missed >= _FEWEST and 2 * missed >= open_markets:
            found.append(Window(at, time))
        at, missed, open_markets = time, missed + gap, open_markets + market
    return union(found)
