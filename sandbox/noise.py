"""Hashed noise: random numbers that depend on a key and a time alone, never on what was asked before."""

import hashlib
import math
from collections.abc import Sequence

import polars as pl

YEAR = 525_600  # minutes
_STEP = 4
_OCTAVES = 10  # lattices of 1, 4, 16 .. 262,144 minutes (182 days)
_WEYL, _MIX = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9
# Summed over the octaves, noise of this height spreads like a random walk of volatility 1 a year.
_HEIGHT = [1.2 * math.sqrt(_STEP**octave / YEAR) for octave in range(_OCTAVES)]
# A path of volatility v stays within ± v * REACH.
REACH = sum(_HEIGHT)


def key_of(*words: str) -> int:
    """64 bits that stand for the words."""
    return int.from_bytes(hashlib.blake2b("\0".join(words).encode(), digest_size=8).digest())


def fraction(*words: str) -> float:
    """A number in [0, 1) that stands for the words."""
    return (key_of(*words) >> 11) / 2**53


def uniform(positions: pl.Series) -> pl.Series:
    """A number in [0, 1) for each UInt64, which is the sum of a key and a time."""
    mixed = positions * _WEYL
    mixed = (mixed ^ (mixed // 2**32)) * _MIX
    return (mixed ^ (mixed // 2**32)).cast(pl.Float64) * 2.0**-64


def paths(keys: Sequence[int], first: int, count: int) -> pl.Series:
    """Log prices of volatility 1 a year at the minutes first .. first + count, one block a key.

    Returns len(keys) * (count + 1) numbers. Each octave adds a lattice of noise to the coarser
    ones, interpolated on straight lines; only the lattice points around the minutes are made.
    """
    seeds = pl.Series(keys, dtype=pl.UInt64)
    values, low, points = pl.Series([0.0]), 0, 0
    for octave in reversed(range(_OCTAVES)):
        period = _STEP**octave
        coarse_low, coarse_points = low, points
        low = first // period
        points = -(-(first + count) // period) - low + 1
        index = pl.int_range(0, points * len(keys), dtype=pl.UInt64, eager=True)
        block = index // points
        inner = index - block * points
        noise = uniform(inner + seeds.gather(block) + (low + octave * _MIX) % 2**64)
        noise = noise * (2 * _HEIGHT[octave]) - _HEIGHT[octave]
        if coarse_points:
            ahead = inner + (low - coarse_low * _STEP)
            noise += _between(values, block * coarse_points + ahead // _STEP, ahead % _STEP)
        values = noise
    return values


def _between(values: pl.Series, left: pl.Series, quarter: pl.Series) -> pl.Series:
    """Values on straight lines between points, `quarter` quarters behind the point `left`."""
    # Behind the last point stands a zero that is only ever weighted with nothing.
    rise = (values.shift(-1, fill_value=0.0) - values) / _STEP
    return values.gather(left) + rise.gather(left) * quarter


def level(key: int, minute: int) -> float:
    """The path of one key at one minute, as `paths` has it."""
    total = 0.0
    for octave in range(_OCTAVES):
        place, rest = divmod(minute, _STEP**octave)
        part = rest / _STEP**octave
        left, right = (_scalar(key + place + ahead + octave * _MIX) for ahead in (0, 1))
        total += _HEIGHT[octave] * (2 * (left + (right - left) * part) - 1)
    return total


def _scalar(position: int) -> float:
    """`uniform` of one number."""
    mixed = position * _WEYL % 2**64
    mixed = (mixed ^ (mixed >> 32)) * _MIX % 2**64
    return (mixed ^ (mixed >> 32)) * 2.0**-64


def levels(keys: pl.Series, minutes: pl.Series) -> pl.Series:
    """`level` of each of many keys (UInt64) at the minute (Int64) beside it."""
    total = pl.repeat(0.0, len(keys), eager=True)
    for octave in range(_OCTAVES):
        step = _STEP**octave
        part = (minutes % step).cast(pl.Float64) / step
        place = keys + (minutes // step).cast(pl.UInt64)
        left, right = (uniform(place + (ahead + octave * _MIX) % 2**64) for ahead in (0, 1))
        total += (left + (right - left) * part) * (2 * _HEIGHT[octave]) - _HEIGHT[octave]
    return total
