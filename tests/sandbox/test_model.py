"""The model of the market: pure, exact across intervals, and never absurd."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.market import Interval, load_registry
from resources.schemas import UTC_TIME, check_candles
from sandbox.coins import coin_of
from sandbox.listings import list_markets
from sandbox.model import CANDLE, DAY, MINUTE, Grid, Market, candles
from sandbox.venues.binance import Binance
from sandbox.venues.coinbase_exchange import CoinbaseExchange
from sandbox.venues.kraken import Kraken

MARKETS = {
    venue: list_markets(venue, rules, load_registry())
    for venue, rules in (
        ("binance", Binance.rules),
        ("kraken", Kraken.rules),
        ("coinbase_exchange", CoinbaseExchange.rules),
    )
}
YEAR_2022 = int(datetime(2022, 1, 1, tzinfo=UTC).timestamp()) // 60
minutes = st.integers(YEAR_2022, YEAR_2022 + 4 * 365 * DAY)
markets = st.sampled_from(sorted(MARKETS["binance"])).map(MARKETS["binance"].__getitem__)
GRIDS = {
    "5m": Grid(5),
    "15m": Grid(15),
    "1h": Grid(60),
    "4h": Grid(240),
    "1d": Grid(DAY),
    "1w": Grid(7 * DAY, 4 * DAY),
}


def played(market: Market, grid: Grid, first: int, count: int) -> pl.DataFrame:
    return candles(market, grid, first, (first + count * grid.width) * MINUTE)


@given(markets, minutes, st.integers(1, 400), st.integers(1, 400))
@settings(max_examples=40, deadline=None)
def test_a_candle_is_the_same_in_whatever_window_it_is_asked(
    market: Market, first: int, before: int, after: int
) -> None:
    alone = played(market, Grid(1), first, 1)
    window = played(market, Grid(1), first - before, before + after)
    assert window.slice(before, 1).equals(alone)


@pytest.mark.parametrize("interval", GRIDS)
@given(markets, minutes)
@settings(max_examples=6, deadline=None)
def test_longer_candles_are_made_of_the_minutes(interval: str, market: Market, minute: int) -> None:
    grid = GRIDS[interval]
    first = grid.floor(minute)
    (candle,) = played(market, grid, first, 1).rows(named=True)
    parts = played(market, Grid(1), first, grid.width)
    assert candle == {
        "open_time": first * MINUTE,
        "open": parts["open"][0],
        "high": parts["high"].max(),
        "low": parts["low"].min(),
        "close": parts["close"][-1],
        "volume": _summed(parts["volume"], market.size_decimals),
        "quote_volume": _summed(parts["quote_volume"], market.quote_decimals),
        "trades": parts["trades"].sum(),
    }


def _summed(sizes: pl.Series, decimals: int) -> float:
    """Exactly, which a sum of floats is not."""
    lots = (sizes * 10.0**decimals).round().cast(pl.Int64)
    return round(int(lots.sum()) / 10.0**decimals, decimals)


@given(markets, minutes)
@settings(max_examples=30, deadline=None)
def test_candles_are_sound_and_join_without_jumps(market: Market, first: int) -> None:
    frame = played(market, Grid(1), first, 200)
    assert frame.schema == CANDLE
    assert (frame["open"][1:] == frame["close"][:-1]).all()
    assert frame.select(pl.col("volume", "quote_volume", "trades").min()).row(0) > (0, 0, 0)
    stored = frame.with_columns(pl.col("open_time").cast(pl.Datetime("ms", "UTC")).cast(UTC_TIME))
    now = (first + 200) * MINUTE
    assert check_candles(stored, Interval.M1, now)["reason"].null_count() == 200


@given(markets, minutes)
@settings(max_examples=30, deadline=None)
def test_prices_stay_within_a_factor_of_three(market: Market, first: int) -> None:
    frame = played(market, Grid(1), first, 50)
    assert frame["high"].max() < 3 * market.par + 2 * 10**-market.price_decimals
    assert frame["low"].min() > market.par / 3 - 2 * 10**-market.price_decimals


@given(minutes, st.sampled_from(["USDT/USD", "USDC/USD"]))
@settings(max_examples=30, deadline=None)
def test_a_stablecoin_is_worth_a_dollar(first: int, name: str) -> None:
    coin = coin_of(load_registry().asset(name.partition("/")[0]))
    market = MARKETS["kraken"][name]
    frame = played(market, Grid(1), first, 50)
    assert coin.price == 1.0
    assert ((frame["close"] / market.bias - 1).abs() <= 5e-4 + 1e-4).all()


@given(minutes, st.data())
@settings(max_examples=40, deadline=None)
def test_venues_agree_within_20_bps(first: int, data: st.DataObject) -> None:
    shared = sorted(MARKETS["kraken"].keys() & MARKETS["coinbase_exchange"].keys())
    name = data.draw(st.sampled_from(shared))
    mine, other = MARKETS["kraken"][name], MARKETS["coinbase_exchange"][name]
    tick = 10.0 ** -min(mine.price_decimals, other.price_decimals)
    one, two = (played(market, Grid(1), first, 20)["close"] for market in (mine, other))
    assert ((one - two).abs() <= one * 20e-4 + tick).all()


@given(minutes)
@settings(max_examples=20, deadline=None)
def test_a_price_in_usdt_is_the_price_in_usd_over_that_of_usdt(first: int) -> None:
    kraken = MARKETS["kraken"]
    in_usdt, in_usd, usdt = (
        played(kraken[name], Grid(1), first, 20)["close"]
        for name in ("BTC/USDT", "BTC/USD", "USDT/USD")
    )
    assert ((in_usdt * usdt / in_usd - 1).abs() < 5e-4).all()


@given(minutes, st.lists(st.integers(0, MINUTE - 1), min_size=2, max_size=2).map(sorted))
@settings(max_examples=30, deadline=None)
def test_a_forming_candle_only_grows(minute: int, moments: list[int]) -> None:
    market, grid = MARKETS["binance"]["ETH/USDT"], Grid(5)
    first = grid.floor(minute)
    earlier, later, closed = (
        candles(market, grid, first, until)
        for until in (
            minute * MINUTE + moments[0],
            minute * MINUTE + moments[1],
            (first + grid.width) * MINUTE,
        )
    )
    for young, old in ((earlier, later), (later, closed)):
        if young.height:
            assert young["open"][0] == old["open"][0]
            assert young["high"][0] <= old["high"][0]
            assert young["low"][0] >= old["low"][0]
            assert young["volume"][0] <= old["volume"][0]
            assert young["trades"][0] <= old["trades"][0]


def test_nothing_is_known_before_a_market_was_listed() -> None:
    market = MARKETS["binance"]["BTC/USDT"]
    day = candles(market, Grid(DAY), Grid(DAY).floor(market.listed), (market.listed + DAY) * MINUTE)
    hours = candles(market, Grid(60), market.listed, Grid(DAY).ceil(market.listed) * MINUTE)
    assert datetime.fromtimestamp(market.listed * 60, UTC) == datetime(2017, 8, 17, 4, tzinfo=UTC)
    assert day["open"][0] == hours["open"][0]
    assert day["high"][0] == hours["high"].max()
    assert day["trades"][0] == hours["trades"].sum()


def test_coins_move_like_coins() -> None:
    closes = played(MARKETS["binance"]["BTC/USDT"], Grid(DAY), Grid(DAY).floor(YEAR_2022), 365)[
        "close"
    ]
    yearly = (closes / closes.shift(1)).log().drop_nulls().std() * 365**0.5
    assert 0.2 < yearly < 0.8
