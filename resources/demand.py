"""What a collection of candles is about: which markets, which months, which ranges are missing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from resources.errors import InvalidInput
from resources.ledger import Ledger, coverage, listings, watchlist
from resources.market import Interval, Registry, Symbol
from resources.market.watchlist import EMPTY, Watchlist
from resources.plan import MODES, Window, missing

Markets = Mapping[Interval, Sequence[Symbol]]


def markets(
    ledger: Ledger,
    registry: Registry,
    top_n: int,
    intervals: Iterable[Interval],
    *,
    symbols: Sequence[str] = (),
    interval: str = "",
    watched: Watchlist = EMPTY,
) -> Markets:
    """The markets to collect by interval, shortest first.

    With `symbols` (any spelling) these alone, else the main markets of the `top_n` largest
    coins, and what the watchlist has, which is the ledger's or else `watched`. With `interval`
    that one alone. Raises InvalidInput and what the registry raises for spellings.
    """
    named = [Interval.parse(interval)] if interval else sorted(intervals, key=lambda i: i.ms)
    if symbols:
        return {one: registry.chosen(symbols, 0) for one in named}
    found = {one: list(registry.chosen((), top_n)) for one in named}
    watched = watchlist.read(ledger) or watched
    for one in watched.intervals:
        if not interval or one == named[0]:
            mine = found.setdefault(one, [])
            mine += [symbol for symbol in watched.symbols if symbol not in mine]
    return {one: found[one] for one in sorted(found, key=lambda i: i.ms)}


def span(ledger: Ledger, mode: str, wanted: Markets, start: int, now: int) -> Window:
    """The [start, end) that a collection of a mode is about, `start` being the settings' one.

    `backward` ends with yesterday; `forward` begins where the first of the markets ends
    that is covered least far, but for those that no provider lists (any more); `gap_fill` is
    about all that was ever covered.
    Raises InvalidInput for another mode.
    """
    if mode not in MODES:
        raise InvalidInput(f"mode {mode!r} is none of {', '.join(MODES)}")
    if mode == "backward":
        return Window(start, max(start, Interval.D1.floor(now)))
    names = {interval: [str(symbol) for symbol in wanted[interval]] for interval in wanted}
    have = {one: coverage.covered_many(ledger, names[one], one) for one in names}
    if mode == "gap_fill":
        firsts = (some[0].start for each in have.values() for some in each.values())
        return Window(min([start, *firsts]), now)
    listed = listings.of_all(ledger)
    ends = [
        have[interval][name][-1].end if name in have[interval] else start
        for interval in names
        for name in names[interval]
        if not listed or name in listed
    ]
    return Window(max(start, min(ends, default=start)), now)


def days(start: str, end: str, now: int) -> Window:
    """The [start, end) of two days, YYYY-MM-DD, UTC, the last one included; an empty one is
    the first there is, or now. Raises InvalidInput for what are no days, or none that follow."""
    window = Window(day_start(start) if start else 0, day_end(end) if end else now)
    if window.start >= window.end:
        raise InvalidInput(f"the days from {start or 'the first'} to {end or 'now'} hold nothing")
    return window


def ranges(
    ledger: Ledger, mode: str, interval: Interval, symbols: Sequence[Symbol], window: Window
) -> Mapping[Symbol, list[Window]]:
    """What a collection of a mode fetches of a window, for each market; `mode` "" means all
    that is missing.

    Forward is what follows the last candle that is covered, gap_fill what lies between covered
    candles. Of a market that was never collected forward fetches all, gap_fill nothing.
    """
    names = [str(symbol) for symbol in symbols]
    have = coverage.covered_many(ledger, names, interval)
    aligned = window.opens(interval, ledger.now())
    return {
        symbol: missing(_bounded(mode, aligned, have.get(name, [])), have.get(name, []))
        for symbol, name in zip(symbols, names, strict=True)
    }


def day_start(text: str) -> int:
    """The first moment of a day, YYYY-MM-DD, UTC. Raises InvalidInput."""
    try:
        return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is no date like 2027-01-31") from error


def day_end(text: str) -> int:
    """The first moment after a day, YYYY-MM-DD, UTC. Raises InvalidInput."""
    return day_start(text) + Interval.D1.ms


def _bounded(mode: str, window: Window, covered: Sequence[Window]) -> Window:
    if mode == "gap_fill":
        known = Window(covered[0].start, covered[-1].end) if covered else Window(0, 0)
        return window.clip(known)
    if mode == "forward" and covered:
        return window.clip(Window(covered[-1].end, window.end))
    return window
