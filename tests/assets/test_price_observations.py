"""What is stored beside prices, and what it keeps out of them, by real runs."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from resources.flush_prices import flush_prices
from resources.ledger import commits, latest
from resources.price_rules import FAR_FROM_LAST, NO_RATE, OUTLIER, STALE
from resources.schemas import PRICE_OBSERVATIONS, PRICES
from tests.api.server import opened, served
from tests.api.world import prices as price_frame
from tests.runs import Platform


def today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def rejected(platform: Platform, symbol: str = "BTC") -> Mapping[str, str]:
    """Why whose quotes of an asset were rejected."""
    rows = platform.rows(PRICE_OBSERVATIONS).filter(~pl.col("used") & (pl.col("symbol") == symbol))
    return dict(rows.select("provider", "reason").iter_rows())


def remembered(platform: Platform, ago: timedelta, **prices: float) -> None:
    """Store a consensus of so long ago."""
    at = round((datetime.now(UTC) - ago).timestamp() * 1000) // 60_000 * 60_000
    flush_prices(platform.lake, platform.ledger, price_frame(at, prices))


def test_what_was_said_is_stored_beside_the_price(platform: Platform) -> None:
    assert platform.prices(today()).success
    said = platform.rows(PRICE_OBSERVATIONS)
    assert set(said["provider"]) == {"binance", "coinbase_exchange", "coingecko", "kraken"}
    assert said["used"].all()
    of_bitcoin = {row["provider"]: row for row in said.to_dicts() if row["symbol"] == "BTC"}
    dollar = platform.rows(PRICES).filter(pl.col("symbol") == "USDT")["price"].item()
    assert (of_bitcoin["binance"]["quote"], of_bitcoin["binance"]["rate"]) == ("USDT", dollar)
    assert (of_bitcoin["kraken"]["quote"], of_bitcoin["kraken"]["rate"]) == ("USD", 1.0)
    tables = [commit.table for commit in commits.read_commits(platform.ledger, 0, 10)]
    assert tables == ["price_observations", "prices"]


def test_a_provider_that_lies_by_ten_times_is_rejected_and_the_price_explains_it(
    platform: Platform,
) -> None:
    platform.fault(provider="kraken", kind="spike", path="Ticker")
    assert platform.prices(today()).success
    [bitcoin] = platform.rows(PRICES).filter(pl.col("symbol") == "BTC").to_dicts()
    assert "kraken" not in bitcoin["providers"]
    assert rejected(platform) == {"binance": NO_RATE, "kraken": OUTLIER}
    with opened(platform.folder) as store, served(store.settings) as client:
        told = client.get("/api/prices/explain/btcusdt").json()
        [newest] = client.get("/api/prices?symbols=BTC").json()["data"]
    assert (told["price"], told["at"]) == (newest["price"], newest["at"])
    assert [one["source"] for one in told["used"]] == newest["sources"]
    lies = {one["source"]: one for one in told["rejected"]}
    assert lies["sandbox:kraken"]["reason"] == "outlier"
    assert lies["sandbox:kraken"]["usd"] == pytest.approx(10 * told["price"], rel=0.01)
    assert lies["sandbox:kraken"]["away_bps"] == pytest.approx(90_000, rel=0.01)


def test_after_a_cold_start_two_who_agree_are_not_called_a_consensus(platform: Platform) -> None:
    for provider in ("kraken", "coingecko"):
        platform.fault(provider=provider, kind="status_5xx")
    assert platform.prices(today()).success
    qualities = dict(platform.rows(PRICES).select("symbol", "quality").iter_rows())
    # Coinbase alone tells what a tether costs, so that nothing that Binance says has a rate.
    assert qualities["BTC"] == qualities["USDT"] == "unconfirmed"
    assert rejected(platform) == {"binance": NO_RATE}


def test_a_last_price_keeps_one_liar_from_moving_a_price_alone(platform: Platform) -> None:
    assert platform.prices(today()).success
    known = dict(platform.rows(PRICES).select("symbol", "price").iter_rows())
    platform.folder = platform.folder / "later"
    platform.folder.mkdir()
    platform.keep("binance", "kraken")
    remembered(platform, timedelta(minutes=3), **known)
    platform.fault(provider="kraken", kind="spike", path="Ticker")
    assert platform.prices(today()).success
    newest = latest.read_prices(platform.ledger)
    assert newest["BTC"]["quality"] == "single"
    assert newest["BTC"]["price"] == pytest.approx(known["BTC"], rel=0.02)
    assert newest["USDT"]["quality"] == "consensus"  # of three minutes ago
    assert (rejected(platform), rejected(platform, "USDT")) == (
        {"kraken": FAR_FROM_LAST},
        {"kraken": FAR_FROM_LAST},
    )


def test_a_provider_whose_quotes_are_an_hour_old_is_left_out(platform: Platform) -> None:
    platform.fault(provider="binance", kind="clock", shift=-3600, path="ticker")
    assert platform.prices(today()).success
    assert rejected(platform) == {"binance": STALE}


def test_an_asset_that_few_of_a_quorum_quote_is_asked_of_others(everyone: Platform) -> None:
    for _ in range(4):
        assert everyone.prices(today()).success
    said = everyone.rows(PRICE_OBSERVATIONS).filter("used")
    counts = said.group_by("symbol", "known_at").len()
    assert counts.height == 4 * 5
    assert counts["len"].ge(3).all()
    in_dollars = said.filter((pl.col("symbol") == "USDT") & (pl.col("quote") == "USD"))
    assert in_dollars.group_by("known_at").len()["len"].ge(3).all()
