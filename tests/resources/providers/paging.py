"""Pages through a window as a collection does: call, parse, see what is proven, go on from there."""

from collections.abc import Callable

from resources.providers.base import Call, CandleQuery, Candles


def collect(
    candles: Candles, query: CandleQuery, answer: Callable[[Call], bytes]
) -> tuple[list[int], list[tuple[int, int]]]:
    """The open times that the pages of a window hold, and the windows that they prove.

    Fails where pages do not come forward; ends where nothing more is proven.
    """
    found: set[int] = set()
    proven: list[tuple[int, int]] = []
    start = query.start
    while start < query.end:
        asked = CandleQuery(query.native, query.interval, start, query.end)
        page = candles.parse(answer(candles.call(asked)), asked)
        begin, end = candles.covered(asked, page)
        if begin == end:
            break
        assert start <= begin < end <= query.end
        times = page["open_time"].dt.epoch("ms")
        found.update(times.filter(times.is_between(begin, end, closed="left")))
        proven.append((begin, end))
        start = end
    return sorted(found), proven
