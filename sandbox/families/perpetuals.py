"""What venues tell of perpetual futures: fundings and open interest, as fixed as the prices are."""

from sandbox.exchange import Ticker
from sandbox.model import MINUTE
from sandbox.noise import fraction

_HOUR = 60 * MINUTE
_MOST_RATE = 3e-4  # in eight hours
_DAYS_OPEN = 1.5  # days of turnover that are open


def funding_rate(name: str, now: int, hours: int) -> float:
    """The share of a position that longs pay shorts at the end of the running `hours`."""
    period = now // (hours * _HOUR)
    drawn = fraction("funding", name, str(period))
    return (2 * drawn - 0.7) * _MOST_RATE * hours / 8


def next_funding(now: int, hours: int) -> int:
    """ms; fundings are at the full hours that `hours` divides."""
    return (now // (hours * _HOUR) + 1) * hours * _HOUR


def paid(
    name: str, span: tuple[int | None, int | None], now: int, hours: int, most: int
) -> list[tuple[int, float]]:
    """(ms, rate) of what was paid within [start, end], oldest first, up to now.

    At most so many: the oldest where the span has a start, else the newest.
    """
    step = hours * _HOUR
    start, end = span
    last = min(now if end is None else end, now) // step
    first = last - most + 1 if start is None else max(-(-start // step), 0)
    numbers = range(first, min(last, first + most - 1) + 1)
    return [(one * step, funding_rate(name, one * step - 1, hours)) for one in numbers]


def open_amount(ticker: Ticker) -> float:
    """What is open of a market, in the base asset."""
    return ticker.day.volume * _DAYS_OPEN
