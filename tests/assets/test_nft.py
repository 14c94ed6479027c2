"""Collections of NFTs, collected by real runs."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from assets.nft import nft
from resources.flush_prices import flush_prices
from resources.ledger import commits
from resources.schemas import NFT
from tests.api.world import prices
from tests.runs import Platform

ALL = {"defillama_nft", "magic_eden", "objkt", "opensea"}


def today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def put_prices(platform: Platform, at: datetime, **values: float) -> None:
    minute = int(at.timestamp()) // 60 * 60_000
    flush_prices(platform.lake, platform.ledger, prices(minute, values))


def test_a_run_stores_the_collections_of_all_marketplaces_in_their_currency_and_in_dollars(
    everyone: Platform,
) -> None:
    put_prices(everyone, datetime.now(UTC), ETH=2_000.0)
    put_prices(everyone, datetime.now(UTC) - timedelta(hours=2), SOL=100.0)
    result = everyone.run(nft, [today()], checks=True)
    assert result.success
    checks = {e.check_name: e.passed for e in result.get_asset_check_evaluations()}
    assert checks == {"duplicates": True, "fresh": True, "rows": True}
    rows = everyone.rows(NFT)
    assert set(rows["provider"]) == ALL
    assert set(rows["mode"]) == {"sandbox"}
    assert rows.height > 150
    ether = rows.filter(currency="ETH")
    assert (ether["floor_price_usd"] / ether["floor_price"]).round(6).unique().to_list() == [
        2_000.0
    ]
    sold = ether.filter(provider="opensea")
    assert (sold["volume_24h_usd"] == sold["volume_24h"] * 2_000).all()
    # A price of two hours ago says nothing now, and of tez there is none.
    others = rows.filter(pl.col("currency") != "ETH")
    assert set(others["currency"]) == {"SOL", "XTZ"}
    assert others["floor_price_usd"].null_count() == others.height


def test_marketplaces_agree_on_what_a_collection_costs(everyone: Platform) -> None:
    everyone.run(nft, [today()])
    rows = everyone.rows(NFT).filter(name="Azuki").sort("provider")
    assert rows["provider"].to_list() == ["defillama_nft", "opensea"]
    assert rows["floor_price"][0] == pytest.approx(rows["floor_price"][1], rel=0.01)


def test_a_second_run_of_the_hour_stores_nothing_new(everyone: Platform) -> None:
    if datetime.now(UTC).minute == 59:
        pytest.skip("the hour may end between the two runs")
    # The limits of others are used up by the runs of other tests.
    everyone.keep("defillama_nft", "objkt")
    everyone.run(nft, [today()])
    rows, seq = everyone.rows(NFT), commits.newest_seq(everyone.ledger)
    assert everyone.run(nft, [today()]).success
    assert everyone.rows(NFT).equals(rows)
    assert commits.newest_seq(everyone.ledger) == seq


@pytest.mark.parametrize("kind", ["status_5xx", "html_200", "wrong_schema", "truncated"])
def test_a_marketplace_that_fails_keeps_no_other_from_being_stored(
    everyone: Platform, kind: str
) -> None:
    everyone.fault(provider="objkt", kind=kind)
    assert everyone.run(nft, [today()]).success
    assert set(everyone.rows(NFT)["provider"]) == ALL - {"objkt"}


@pytest.mark.parametrize("provider", sorted(ALL))
def test_a_floor_that_cannot_be_is_quarantined_or_refused(
    everyone: Platform, provider: str
) -> None:
    everyone.fault(provider=provider, kind="nan")
    everyone.run(nft, [today()])
    bad = everyone.rows(NFT).filter(pl.col("floor_price").is_nan() | (pl.col("floor_price") <= 0))
    assert bad.is_empty()
    assert everyone.quarantined() or provider not in set(everyone.rows(NFT)["provider"])


def test_what_is_told_twice_is_stored_once(everyone: Platform) -> None:
    everyone.fault(provider="objkt", kind="duplicate_page")
    result = everyone.run(nft, [today()], checks=True)
    assert all(e.passed for e in result.get_asset_check_evaluations())
    assert everyone.rows(NFT).filter(provider="objkt").height == 96


def test_a_provider_that_tells_ten_times_as_much_stands_beside_the_other(
    everyone: Platform,
) -> None:
    everyone.fault(provider="opensea", kind="spike")
    everyone.run(nft, [today()])
    rows = everyone.rows(NFT).filter(name="Azuki").sort("provider")
    assert rows["floor_price"][1] == pytest.approx(10 * rows["floor_price"][0], rel=0.01)


def test_of_a_day_that_is_over_nobody_can_tell(everyone: Platform) -> None:
    past = (datetime.now(UTC) - timedelta(days=3)).strftime("%Y-%m-%d")
    assert not everyone.run(nft, [past]).success
