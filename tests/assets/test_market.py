"""What the market is worth, collected by real runs."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import polars as pl
import pytest

from assets.market import market
from resources.ledger import commits, feed_times, latest
from resources.schemas import MARKET, MARKET_TOTALS
from tests.runs import Platform


def today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def providers_of(result: dg.ExecuteInProcessResult) -> object:
    (event,) = result.get_asset_materialization_events()
    return event.materialization.metadata["providers"].value


def put_price(platform: Platform, symbol: str, price: float, at: int) -> None:
    row = {
        "symbol": symbol,
        "price": price,
        "quote": "USD",
        "change_24h": None,
        "n_sources": 3,
        "spread_bps": 1.0,
        "quality": "consensus",
        "mode": "sandbox",
        "providers": ["binance", "kraken", "okx"],
        **dict.fromkeys(("at", "observed_at", "fetched_at"), at),
    }
    with platform.ledger.write() as connection:
        latest.put_prices(connection, platform.ledger, [row])


def test_a_run_stores_the_largest_coins_and_the_sums_over_all(everyone: Platform) -> None:
    result = everyone.run(market, [today()], checks=True)
    assert result.success
    checks = {e.check_name: e.passed for e in result.get_asset_check_evaluations()}
    assert checks == {"duplicates": True, "fresh": True, "rows": True}
    assert providers_of(result) == {"market": ["coingecko"], "market_totals": ["coingecko"]}
    rows, totals = everyone.rows(MARKET), everyone.rows(MARKET_TOTALS)
    assert rows.height > 90
    assert rows["rank"].sort().to_list() == list(range(1, rows.height + 1))
    assert set(rows["mode"]) == {"sandbox"}
    ranked = rows.sort("rank")
    assert ranked["market_cap"].is_sorted(descending=True)
    assert ranked.row(0, named=True).items() >= {"asset": "BTC", "native": "bitcoin"}.items()
    whole = totals.row(0, named=True)
    own = rows.filter(pl.col("asset").is_not_null())
    assert whole["market_cap"] == pytest.approx(own["market_cap"].sum(), rel=1e-3)
    share = ranked["market_cap"][0] / whole["market_cap"] * 100
    assert whole["btc_dominance"] == pytest.approx(share, rel=1e-3)


def test_a_time_is_stored_once_however_often_it_is_collected(everyone: Platform) -> None:
    assert everyone.run(market, [today()]).success
    first = feed_times.read(everyone.ledger)["market"]
    rows, seq = everyone.rows(MARKET), commits.newest_seq(everyone.ledger)
    assert everyone.run(market, [today()]).success
    if feed_times.read(everyone.ledger)["market"] == first:
        assert everyone.rows(MARKET).equals(rows)
        assert commits.newest_seq(everyone.ledger) == seq
    assert first % 300_000 == 0


def test_two_coins_of_one_ticker_are_two_rows_and_one_asset(everyone: Platform) -> None:
    assert everyone.run(market, [today()]).success
    dogs = everyone.rows(MARKET).filter(symbol="DOGE").sort("rank")
    assert dogs.select("name", "asset").rows() == [
        ("Dogecoin", "DOGE"),
        ("Binance-Peg Dogecoin", None),
    ]
    assert dogs["native"].n_unique() == 2


@pytest.mark.parametrize(
    ("down", "next_one"),
    [(["coingecko"], "coinpaprika"), (["coingecko", "coinpaprika"], "coinlore")],
)
def test_who_is_down_is_stood_in_for(everyone: Platform, down: list[str], next_one: str) -> None:
    for provider in down:
        everyone.fault(provider=provider, kind="status_5xx")
    everyone.run(market, [today()])
    rows = everyone.rows(MARKET)
    assert set(rows["provider"]) == {next_one}
    ranked = rows.sort("rank")
    assert ranked["asset"].head(3).to_list() == ["BTC", "ETH", "USDT"]
    assert ranked["market_cap"][0] > 3e11
    assert set(everyone.rows(MARKET_TOTALS)["provider"]) == {next_one}


def test_what_one_part_cannot_have_does_not_keep_the_other(everyone: Platform) -> None:
    """CoinCap alone tells of coins, and of no sums."""
    everyone.keep("coincap")
    assert everyone.run(market, [today()]).success
    assert set(everyone.rows(MARKET)["provider"]) == {"coincap"}
    assert everyone.rows(MARKET_TOTALS).is_empty()


def test_an_answer_without_a_sound_row_is_kept_apart_and_another_asked(
    everyone: Platform,
) -> None:
    everyone.keep("coinlore", "coincap")
    everyone.fault(provider="coinlore", kind="nan", path="tickers")
    assert everyone.run(market, [today()]).success
    assert set(everyone.rows(MARKET)["provider"]) == {"coincap"}
    assert set(everyone.rows(MARKET_TOTALS)["provider"]) == {"coinlore"}
    assert "price is not finite" in everyone.quarantined()


def test_a_price_far_from_the_consensus_is_told_beside_it(everyone: Platform) -> None:
    now = everyone.ledger.now()
    put_price(everyone, "BTC", 1.0, now)
    put_price(everyone, "ETH", 1.0, now - int(timedelta(hours=1).total_seconds() * 1000))
    assert everyone.run(market, [today()]).success
    rows = everyone.rows(MARKET)
    (bitcoin,) = rows.drop_nulls("deviation").to_dicts()
    assert bitcoin["asset"] == "BTC"
    assert bitcoin["deviation"] == pytest.approx((bitcoin["price"] - 1) * 100, rel=1e-6)
    assert rows.height > 90


def test_an_answer_far_from_most_of_our_prices_is_refused_and_another_asked(
    everyone: Platform,
) -> None:
    everyone.keep("coinpaprika", "coinlore")
    assert everyone.run(market, [today()]).success
    coins = everyone.rows(MARKET).drop_nulls("asset").sort("rank").head(8)
    for symbol, price in coins.select("asset", "price").iter_rows():
        put_price(everyone, symbol, price, everyone.ledger.now())
    everyone.fault(provider="coinpaprika", kind="spike", path="tickers")
    result = everyone.run(market, [today()])
    assert providers_of(result) == {"market": ["coinlore"], "market_totals": ["coinpaprika"]}
    deviations = everyone.rows(MARKET)["deviation"].drop_nulls()
    assert deviations.len() >= 8
    assert deviations.abs().max() < 50  # type: ignore[operator]
    assert "most prices are far from our own" in everyone.quarantined()


def test_nobody_tells_of_a_past_day(everyone: Platform) -> None:
    assert not everyone.run(market, ["2026-01-01"]).success
    assert everyone.rows(MARKET).is_empty()
