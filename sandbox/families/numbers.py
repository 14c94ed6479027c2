"""Numbers and times as answers spell them, and the change of a price."""

from datetime import UTC, datetime
from typing import Literal

import polars as pl

from sandbox.exchange import Ticker


def text(number: float, decimals: int = 8) -> str:
    """In a string, as in most answers."""
    return f"{number:.{decimals}f}"


def texts(*columns: str) -> list[pl.Expr]:
    """Columns of numbers in strings."""
    return [pl.col(column).cast(pl.Decimal(38, 8)).cast(pl.String) for column in columns]


def step(decimals: int) -> str:
    """A tick or lot of so many decimals."""
    return f"{10.0**-decimals:.{decimals}f}"


def fraction(ticker: Ticker) -> float:
    """The change of 24 hours."""
    return ticker.last / ticker.day.open - 1


def percent(ticker: Ticker) -> float:
    """The change of 24 hours in percent."""
    return fraction(ticker) * 100


def iso(
    ms: int,
    precise: Literal["seconds", "milliseconds", "microseconds"] = "milliseconds",
    zone: str = "Z",
) -> str:
    """A moment as 2026-03-04T05:06:07.800Z."""
    moment = datetime.fromtimestamp(ms / 1_000, UTC).replace(tzinfo=None)
    return moment.isoformat(timespec=precise) + zone
