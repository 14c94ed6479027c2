"""One price in USD out of several quotes."""

import math
import random
from datetime import UTC, datetime

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from assets.consensus import consensus
from resources.feeds import Quotes
from resources.schemas import UTC_TIME

NOW = datetime(2026, 5, 1, 12, 0, 30, tzinfo=UTC)
MINUTE = pl.lit(NOW.replace(second=0), UTC_TIME)
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "symbol": pl.String, "quote": pl.String, "price": pl.Float64, "observed_at": UTC_TIME,
    "change_24h": pl.Float64, "fetched_at": UTC_TIME, "reason": pl.String,
}  # fmt: skip


def quotes(provider: str, *rows: tuple[str, str, float], reason: str | None = None) -> Quotes:
    data = [(symbol, quote, price, None, None, NOW, reason) for symbol, quote, price in rows]
    return Quotes(provider, pl.DataFrame(data, schema=SCHEMA, orient="row"))


def prices(*answers: Quotes, stored: dict[str, float] | None = None) -> dict[str, float]:
    frame = consensus(answers, MINUTE, "live", stored or {})
    return dict(frame.select("symbol", "price").iter_rows())


def test_the_price_is_the_median_of_those_asked() -> None:
    answers = [
        quotes(str(n), ("BTC", "USD", price)) for n, price in enumerate((100.0, 101.0, 900.0))
    ]
    [row] = consensus(answers, MINUTE, "live", {}).to_dicts()
    assert row["price"] == 101.0
    assert math.isclose(row["spread_bps"], 800 / 101 * 10_000)
    assert (row["n_sources"], row["quality"], row["providers"]) == (3, "consensus", ["0", "1", "2"])
    assert row["minute"] == NOW.replace(second=0)


def test_one_source_is_called_single_and_has_no_spread() -> None:
    [row] = consensus([quotes("kraken", ("BTC", "USD", 5.0))], MINUTE, "live", {}).to_dicts()
    assert (row["quality"], row["spread_bps"]) == ("single", None)


def test_a_stablecoin_quote_counts_by_the_coins_own_price() -> None:
    dollars = quotes("kraken", ("USDT", "USD", 0.5), ("BTC", "USD", 50.0))
    tethers = quotes("binance", ("BTC", "USDT", 100.0))
    assert prices(dollars, tethers) == {"USDT": 0.5, "BTC": 50.0}


def test_without_a_measured_rate_the_stored_one_serves_and_else_the_quote_is_left_out() -> None:
    tethers = quotes("binance", ("BTC", "USDT", 100.0))
    assert prices(tethers, stored={"USDT": 0.9}) == {"BTC": 90.0}
    assert prices(tethers) == {}


def test_a_broken_quote_is_not_counted() -> None:
    sound, broken = (
        quotes("a", ("BTC", "USD", 5.0)),
        quotes("b", ("BTC", "USD", -1.0), reason="bad"),
    )
    assert prices(sound, broken) == {"BTC": 5.0}


@given(st.lists(st.floats(1, 1e6), min_size=1, max_size=7), st.randoms())
def test_the_order_of_arrival_does_not_matter(values: list[float], shuffle: random.Random) -> None:
    answers = [quotes(str(n), ("BTC", "USD", price)) for n, price in enumerate(values)]
    shuffled = list(answers)
    shuffle.shuffle(shuffled)
    assert consensus(answers, MINUTE, "live", {}).equals(consensus(shuffled, MINUTE, "live", {}))
