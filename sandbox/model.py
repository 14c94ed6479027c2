"""One seeded model of the market: all prices and volumes are a pure function of market and time.

Minutes count from 1970, UTC. A market is made of one-minute candles that join without jumps;
every longer candle is made of these, so that candles of all intervals agree exactly.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from sandbox.coins import Coin
from sandbox.noise import YEAR, key_of, paths, uniform

SEED = "headwater"
MINUTE = 60_000
DAY = 1_440
_SLAB = 90 * DAY  # the most minutes made at once: some 50 MB
_AVERAGE_TRADE = 600.0  # USD


@dataclass(frozen=True, slots=True)
class Market:
    """One market of one venue.

    `bias` is the venue's constant factor on prices, `share` its part of the world's turnover,
    `listed` the first minute it trades. Sizes count in lots of 10^-size_decimals of the base.
    """

    venue: str
    base: Coin
    quote: Coin
    bias: float
    share: float
    listed: int
    price_decimals: int
    size_decimals: int
    quote_decimals: int

    @property
    def par(self) -> float:
        """The price around which it moves."""
        return self.base.price / self.quote.price * self.bias

    @property
    def key(self) -> int:
        return key_of(SEED, self.venue, self.base.ticker, self.quote.ticker)


@dataclass(frozen=True, slots=True)
class Grid:
    """Candles of `width` minutes; one opens at each multiple of it, moved by `offset`."""

    width: int
    offset: int = 0

    def floor(self, minute: int) -> int:
        return (minute - self.offset) // self.width * self.width + self.offset

    def ceil(self, minute: int) -> int:
        return self.floor(minute + self.width - 1)


def minutes(markets: Sequence[Market], first: int, count: int) -> pl.DataFrame:
    """The one-minute candles of the minutes first .. first + count - 1, market after market.

    Columns: market (its place in `markets`), minute, open, high, low, close (not yet rounded to
    ticks), lots, quote_lots, trades.
    """
    # One more minute than asked: a minute closes where the next one opens.
    clock = pl.DataFrame({"minute": pl.int_range(first, first + count + 1, eager=True)})
    frame = _constants(markets).join(clock, how="cross")
    frame = frame.with_columns(
        _prices(markets, first, count).alias("open"),
        uniform(frame["minute"].cast(pl.UInt64) + frame["key"]).alias("dice"),
    )
    frame = frame.with_columns(pl.col("open").shift(-1).alias("close"))
    return frame.filter(pl.col("minute") < first + count).select(_MINUTE)


def _prices(markets: Sequence[Market], first: int, count: int) -> pl.Series:
    """The price at the start of each minute, count + 1 of them a market."""
    coins = {coin.ticker: coin for m in markets for coin in (m.base, m.quote) if coin.volatility}
    walks = paths([key_of(SEED, ticker) for ticker in coins], first, count)
    step = count + 1
    moved = {
        coin.ticker: walks.slice(place * step, step) * coin.volatility
        for place, coin in enumerate(coins.values())
    }
    # The US dollar alone does not move.
    logs = [
        moved[m.base.ticker] - moved.get(m.quote.ticker, 0.0) + math.log(m.par) for m in markets
    ]
    return pl.concat(logs).exp()


def _constants(markets: Sequence[Market]) -> pl.DataFrame:
    """What does not change in a market, one row each."""
    rows = [
        {
            "market": place,
            "key": m.key,
            "wick": (m.base.volatility + m.quote.volatility) / YEAR**0.5,
            "lot": 10.0**-m.size_decimals,
            "quote_lot": 10.0**-m.quote_decimals,
            "turnover": m.base.turnover * m.share / DAY,
            "lots": m.base.turnover * m.share / DAY / m.base.price * 10**m.size_decimals,
        }
        for place, m in enumerate(markets)
    ]
    return pl.DataFrame(rows, schema_overrides={"key": pl.UInt64})


# The wicks are hashed, as long as a minute's usual move.
_HIGH = pl.max_horizontal("open", "close") * (1 + pl.col("wick") * pl.col("dice"))
_LOW = pl.min_horizontal("open", "close") * (1 - pl.col("wick") * (pl.col("dice") * 2**16 % 1))
# How busy a minute is, 1 on average.
_BUSY = 0.2 + 2.4 * (pl.col("dice") * 2**32 % 1) ** 2
# Volumes are whole numbers of lots, so that their sums are exact.
_LOTS = (pl.col("lots") * _BUSY).floor() + 1
_TYPICAL = (pl.col("open") + pl.col("close")) / 2
_MINUTE = (
    pl.col("market", "minute", "open"),
    _HIGH.alias("high"),
    _LOW.alias("low"),
    pl.col("close"),
    _LOTS.cast(pl.Int64).alias("lots"),
    (_LOTS * pl.col("lot") * _TYPICAL / pl.col("quote_lot")).cast(pl.Int64).alias("quote_lots"),
    (pl.col("turnover") / _AVERAGE_TRADE * _BUSY + 1).cast(pl.Int64).alias("trades"),
)


def cut(forming: pl.DataFrame, now: int) -> pl.DataFrame:
    """Candles of the minute that holds the moment `now` (ms), as they stand by then."""
    part = now % MINUTE / MINUTE
    close = pl.col("open") * (pl.col("close") / pl.col("open")) ** part
    return forming.with_columns(
        pl.max_horizontal(pl.col("open"), close).alias("high"),
        pl.min_horizontal(pl.col("open"), close).alias("low"),
        close.alias("close"),
        (pl.col("lots", "quote_lots", "trades") * part).cast(pl.Int64),
    )


# How minutes become longer candles.
MERGE = (
    pl.col("open").first(),
    pl.col("high").max(),
    pl.col("low").min(),
    pl.col("close").last(),
    pl.col("lots", "quote_lots", "trades").sum(),
)
CANDLE = pl.Schema(
    {
        "open_time": pl.Int64(),
        **{c: pl.Float64() for c in ("open", "high", "low", "close", "volume", "quote_volume")},
        "trades": pl.Int64(),
    }
)


def candles(market: Market, grid: Grid, first: int, until: int) -> pl.DataFrame:
    """The market's candles that open at the minute `first` of the grid or later, oldest first.

    Nothing at or after the moment `until` (ms) is known: the last candle may be forming.
    Columns: open_time (ms), open, high, low, close, volume, quote_volume, trades.
    """
    slab = max(_SLAB // grid.width, 1) * grid.width
    end = -(-until // MINUTE)
    slabs = [
        _formed(market, grid, start, min(start + slab, end), until)
        for start in range(first, end, slab)
    ]
    return pl.concat([CANDLE.to_frame(), *slabs])


def _formed(market: Market, grid: Grid, start: int, end: int, until: int) -> pl.DataFrame:
    start = max(start, market.listed)
    frame = minutes([market], start, max(end - start, 0))
    if until < end * MINUTE:
        frame = pl.concat([frame.head(-1), cut(frame.tail(1), until)])
    opens = (pl.col("minute") - grid.offset) // grid.width * grid.width + grid.offset
    grouped = frame.with_columns(opens.set_sorted().alias("opens"))
    return _settled(grouped.group_by("opens", maintain_order=True).agg(MERGE), market).select(
        (pl.col("opens") * MINUTE).alias("open_time"), *list(CANDLE)[1:]
    )


def _settled(frame: pl.DataFrame, market: Market) -> pl.DataFrame:
    """Prices in whole ticks, sizes in assets instead of lots."""
    return frame.with_columns(
        pl.col("open", "high", "low", "close").round(market.price_decimals),
        _sized("lots", market.size_decimals).alias("volume"),
        _sized("quote_lots", market.quote_decimals).alias("quote_volume"),
    )


def _sized(lots: str, decimals: int) -> pl.Expr:
    # polars divides by multiplying with the reciprocal, which leaves 0.30000000000000004.
    return (pl.col(lots) / 10.0**decimals).round(decimals)
