"""Funding and open interest, collected by real runs."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from assets.derivatives import derivatives
from resources.flush_feed import flush_rows
from resources.flush_prices import flush_prices
from resources.ledger import commits
from resources.schemas import FUNDING_RATES, OPEN_INTERESTS, UTC_TIME
from tests.api.world import prices
from tests.runs import Platform

VENUES = {
    "binance_coinm", "binance_usdm", "bitmex", "deribit", "dydx", "hyperliquid", "kraken_futures",
    "okx_swap",
}  # fmt: skip
TELL_HISTORY = VENUES - {"kraken_futures"}


def day(ago: int = 0) -> str:
    return (datetime.now(UTC) - timedelta(days=ago)).strftime("%Y-%m-%d")


def put_prices(everyone: Platform, **values: float) -> None:
    ledger = everyone.ledger
    flush_prices(everyone.lake, ledger, prices(ledger.now() // 60_000 * 60_000, values))


def test_each_venue_tells_its_perpetuals_and_a_second_run_stores_nothing_new(
    everyone: Platform,
) -> None:
    put_prices(everyone, BTC=65_000.0, USDT=0.999)
    result = everyone.run(derivatives, [day()], checks=True)
    assert result.success
    assert all(event.passed for event in result.get_asset_check_evaluations())
    rates, sizes = everyone.rows(FUNDING_RATES), everyone.rows(OPEN_INTERESTS)
    assert set(rates["provider"]) == set(sizes["provider"]) == VENUES
    assert set(rates["mode"]) == {"sandbox"}
    assert set(rates["asset"]) >= {"BTC", "ETH"}
    assert not rates["paid"].any()
    assert rates["at"].n_unique() == 1
    seq = commits.newest_seq(everyone.ledger)
    assert everyone.run(derivatives, [day()]).success
    if everyone.rows(FUNDING_RATES)["at"].n_unique() == 1:  # else the hour has just ended
        assert commits.newest_seq(everyone.ledger) == seq


def test_a_rate_is_annualised_by_the_hours_between_two_payments(everyone: Platform) -> None:
    everyone.run(derivatives, [day()])
    rates = everyone.rows(FUNDING_RATES)
    known = rates.drop_nulls("hours")
    assert set(known["hours"]) == {1.0, 8.0}
    expected = (known["rate"] * 8_760 / known["hours"]).to_list()
    assert known["annualised"].to_list() == pytest.approx(expected)
    unknown = rates.filter(pl.col("hours").is_null())
    assert set(unknown["provider"]) == {"binance_coinm", "binance_usdm"}
    assert unknown["annualised"].null_count() == unknown.height


def test_open_interest_is_in_coins_and_in_dollars_by_our_own_prices(everyone: Platform) -> None:
    put_prices(everyone, BTC=65_000.0, USDT=0.5)
    everyone.run(derivatives, [day()])
    rows = {
        (row["provider"], row["contract"]): row for row in everyone.rows(OPEN_INTERESTS).to_dicts()
    }
    coins = rows["binance_usdm", "BTCUSDT"]  # tells coins alone
    assert coins["base"] == coins["amount"]
    assert coins["usd"] == pytest.approx(coins["amount"] * 65_000)
    dollars = rows["binance_coinm", "BTCUSD_PERP"]  # tells dollars alone
    assert dollars["usd"] == dollars["value"]
    assert dollars["base"] == pytest.approx(dollars["value"] / 65_000)
    tether = rows["bitmex", "XBTUSDT"]
    assert tether["usd"] == pytest.approx(tether["value"] / 2)
    unpriced = rows["binance_usdm", "ETHUSDT"]
    assert (unpriced["base"], unpriced["usd"]) == (unpriced["amount"], None)


def test_a_past_day_holds_what_was_paid(everyone: Platform) -> None:
    result = everyone.run(derivatives, [day(2)], checks=True)
    assert all(event.passed for event in result.get_asset_check_evaluations())
    rows = everyone.rows(FUNDING_RATES)
    assert set(rows["provider"]) == TELL_HISTORY
    assert rows["paid"].all()
    assert set(rows["day"]) == {day(2)}
    assert (rows["at"] == rows["funding_at"].dt.truncate("1h")).all()
    bitcoin = rows.filter(provider="binance_usdm", contract="BTCUSDT")
    assert bitcoin["at"].dt.hour().to_list() == [0, 8, 16]
    assert bitcoin["hours"].to_list() == [8.0] * 3
    by_hour = rows.filter(provider="hyperliquid", contract="BTC")
    assert by_hour["at"].dt.hour().to_list() == list(range(24))


def test_what_was_paid_stands_beside_what_was_collected_on_that_day(everyone: Platform) -> None:
    everyone.run(derivatives, [day()])
    moved = everyone.rows(FUNDING_RATES).filter(provider="hyperliquid", contract="BTC")
    at = datetime.fromisoformat(day(2)).replace(tzinfo=UTC) + timedelta(hours=8)
    earlier = moved.with_columns(day=pl.lit(day(2)), at=pl.lit(at, UTC_TIME))
    flush_rows(everyone.lake, everyone.ledger, FUNDING_RATES, earlier)
    everyone.run(derivatives, [day(2)])
    rows = everyone.rows(FUNDING_RATES).filter(day=day(2), provider="hyperliquid", contract="BTC")
    assert rows.filter(pl.col("paid"))["at"].dt.hour().to_list() == list(range(24))
    assert rows.filter(~pl.col("paid")).equals(earlier)


def test_the_others_tell_where_one_fails_and_its_failure_is_kept(everyone: Platform) -> None:
    everyone.fault(provider="bitmex", kind="status_5xx")
    everyone.fault(provider="dydx", kind="wrong_schema")
    assert everyone.run(derivatives, [day()]).success
    assert set(everyone.rows(FUNDING_RATES)["provider"]) == VENUES - {"bitmex", "dydx"}


def test_values_that_cannot_be_are_quarantined(everyone: Platform) -> None:
    everyone.fault(provider="okx_swap", kind="nan")
    everyone.fault(provider="hyperliquid", kind="microseconds")
    everyone.fault(provider="deribit", kind="microseconds")
    everyone.run(derivatives, [day()])
    reasons = everyone.quarantined()
    assert {"rate is not finite", "impossible time"} <= reasons
    stored = everyone.rows(FUNDING_RATES)
    assert stored["rate"].is_finite().all()
    assert "okx_swap" not in set(stored["provider"])
