"""Fees, blocks and large transfers of chains, collected by real runs."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from assets.onchain import onchain
from pipelines.supervisor import sandbox_config
from resources.flush_feed import flush_rows
from resources.flush_prices import flush_prices
from resources.ledger import commits
from resources.market.chains import CHAINS
from resources.plan import day_key
from resources.schemas import BLOCKS, LARGE_TRANSFERS, ONCHAIN, utc
from sandbox.chains import CHAINS as PLAYED
from sandbox.chains import Transfer, recent
from sandbox.server import running
from tests.api.world import prices
from tests.runs import Platform

TELL_BLOCKS = {
    "bitcoin": {"blockchair", "blockcypher", "blockstream", "mempool_space"},
    "ethereum": {"blockchair", "blockcypher", "blockscout_eth", "drpc_eth", "publicnode_eth"},
    "litecoin": {"blockchair", "blockcypher", "mempool_litecoin"},
    "dogecoin": {"blockchair", "blockcypher"},
    "bsc": {"bnb_dataseed", "publicnode_bsc"},
    "polygon": {"blockscout_polygon", "publicnode_polygon"},
}


@pytest.fixture
def sandbox() -> Iterator[str]:
    """One for each test: explorers allow so little that it would not do for all of them."""
    with running(sandbox_config()) as url:
        yield url


def today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def run(everyone: Platform) -> Any:
    return everyone.run(onchain, [today()], checks=True)


def by_chain(frame: pl.DataFrame) -> dict[str, set[str]]:
    pairs = frame.group_by("chain").agg(pl.col("provider").unique())
    return {chain: set(providers) for chain, providers in pairs.iter_rows()}


def test_all_tell_of_their_chains_and_agree(everyone: Platform) -> None:
    if datetime.now(UTC).minute == 59:
        pytest.skip("fees are others in each hour, which may end meanwhile")
    result = run(everyone)
    assert result.success
    assert all(event.passed for event in result.get_asset_check_evaluations())
    blocks = everyone.rows(BLOCKS)
    assert by_chain(blocks) == TELL_BLOCKS
    assert set(blocks["mode"]) == {"sandbox"}
    # A run takes some seconds, in which fast chains go on.
    slow = blocks.filter(pl.col("chain").is_in(["bitcoin", "litecoin"]))
    apart = slow.group_by("chain").agg(pl.col("height").max() - pl.col("height").min())
    assert apart["height"].max() <= 1  # type: ignore[operator]
    assert (slow.group_by("chain", "height").agg(pl.col("hash").n_unique())["hash"] == 1).all()
    fees = everyone.rows(ONCHAIN).filter(pl.col("metric") == "fee_fast")
    assert by_chain(fees) == TELL_BLOCKS
    for _, rows in fees.group_by("chain"):
        low, high = rows["value"].min(), rows["value"].max()
        assert high - low <= 1  # type: ignore[operator]
    assert everyone.quarantined() == set()


def test_a_second_run_of_the_hour_stores_no_figure_twice(everyone: Platform) -> None:
    run(everyone)
    figures, blocks = everyone.rows(ONCHAIN), everyone.rows(BLOCKS)
    seq = commits.newest_seq(everyone.ledger)
    assert run(everyone).success
    if everyone.rows(ONCHAIN)["at"].n_unique() > 1:
        pytest.skip("the hour ended between the two")
    assert everyone.rows(ONCHAIN).equals(figures)
    assert everyone.rows(BLOCKS).equals(blocks)
    transfers = everyone.rows(LARGE_TRANSFERS)
    assert transfers.select("chain", "hash").is_unique().all()
    assert commits.newest_seq(everyone.ledger) <= seq + 1


def test_large_transfers_are_told_once_and_priced_by_us(everyone: Platform) -> None:
    ledger = everyone.ledger
    minute = ledger.now() // 60_000 * 60_000
    flush_prices(everyone.lake, ledger, prices(minute, {"BTC": 65_000.0}))
    run(everyone)
    rows = everyone.rows(LARGE_TRANSFERS)
    assert rows.select("chain", "hash").is_unique().all()
    assert set(rows["chain"]) >= {"bitcoin", "ethereum", "litecoin", "dogecoin"}
    for chain, amount in rows.select("chain", "amount").iter_rows():
        assert amount >= CHAINS[chain].large
    bitcoin = rows.filter(asset="BTC", provider="blockchair")
    assert bitcoin["usd"].to_list() == pytest.approx((bitcoin["amount"] * 65_000).to_list())
    assert rows.filter(asset="ETH")["usd"].null_count() == rows.filter(asset="ETH").height
    assert (rows["day"] == rows["moved_at"].dt.strftime("%Y-%m-%d")).all()


def put_transfer(everyone: Platform, one: Transfer, seen: datetime, height: int | None) -> None:
    row = {
        "day": f"{seen:%Y-%m-%d}", "chain": "bitcoin", "hash": one.hash, "asset": "BTC",
        "amount": one.amount, "height": height, "moved_at": seen, "provider": "acme",
        "mode": "sandbox", "fetched_at": seen, "known_at": seen,
    }  # fmt: skip
    frame = pl.DataFrame([row], schema=LARGE_TRANSFERS.schema)
    flush_rows(everyone.lake, everyone.ledger, LARGE_TRANSFERS, frame)


def stored(everyone: Platform, one: Transfer) -> list[tuple[Any, ...]]:
    rows = everyone.rows(LARGE_TRANSFERS).filter(hash=one.hash)
    return rows.select("provider", "day", "moved_at", "height").rows()


def yesterday() -> datetime:
    """A minute before midnight."""
    return datetime.fromisoformat(today()).replace(tzinfo=UTC) - timedelta(minutes=1)


def test_a_transfer_that_waited_over_midnight_stays_one_row(everyone: Platform) -> None:
    block, one = recent(PLAYED["bitcoin"], everyone.ledger.now() - 600_000)[0]
    seen = yesterday()
    put_transfer(everyone, one, seen, None)
    everyone.keep("blockchair")
    assert run(everyone).success
    assert stored(everyone, one) == [("blockchair", f"{seen:%Y-%m-%d}", seen, block.height)]


def test_a_transfer_that_somebody_still_sees_waiting_keeps_its_block(everyone: Platform) -> None:
    now, seen = everyone.ledger.now(), yesterday()
    block, one = recent(PLAYED["bitcoin"], now)[0]
    put_transfer(everyone, one, seen, block.height)
    everyone.keep("blockchain_info")
    # In the middle of the time in which it waited.
    shift = (block.time - PLAYED["bitcoin"].every // 2 - now) / 1000
    everyone.fault(provider="blockchain_info", kind="clock", shift=shift)
    run(everyone)
    assert stored(everyone, one) == [("acme", f"{seen:%Y-%m-%d}", seen, block.height)]


def test_a_block_below_the_last_one_is_quarantined(everyone: Platform) -> None:
    ledger = everyone.ledger
    hour = (ledger.now() // 3_600_000 - 1) * 3_600_000
    put_blocks(everyone, hour, [("blockstream", 1_050_000), ("mempool_space", 967_000)])
    run(everyone)
    assert everyone.quarantined() == {"height falls"}
    told = everyone.rows(BLOCKS).filter(pl.col("at") > utc(hour), chain="bitcoin")
    assert set(told["provider"]) == TELL_BLOCKS["bitcoin"] - {"blockstream"}


def put_blocks(everyone: Platform, at: int, heights: Sequence[tuple[str, int]]) -> None:
    rows = [
        {
            "day": day_key(at), "at": utc(at), "chain": "bitcoin", "height": height, "hash": "ab",
            "mined_at": utc(at), "provider": provider, "mode": "sandbox",
            "fetched_at": utc(at), "known_at": utc(at),
        }
        for provider, height in heights
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=BLOCKS.schema)
    flush_rows(everyone.lake, everyone.ledger, BLOCKS, frame)


def test_others_tell_where_one_fails(everyone: Platform) -> None:
    everyone.fault(provider="mempool_space", kind="status_5xx")
    everyone.fault(provider="blockchair", kind="wrong_schema")
    assert run(everyone).success
    told = by_chain(everyone.rows(BLOCKS))
    assert told["bitcoin"] == {"blockcypher", "blockstream"}
    assert told["dogecoin"] == {"blockcypher"}
    assert not everyone.rows(ONCHAIN).filter(provider="blockchair").height


def test_one_part_that_fails_leaves_the_others_and_asks_for_a_retry(everyone: Platform) -> None:
    everyone.keep("publicnode_eth")
    # Blocks are asked for without their transactions, transfers with them.
    everyone.fault(provider="publicnode_eth", kind="wrong_schema", path='"latest",true')
    assert not run(everyone).success
    assert set(everyone.rows(ONCHAIN)["provider"]) == {"publicnode_eth"}
    assert set(everyone.rows(BLOCKS)["provider"]) == {"publicnode_eth"}
    assert everyone.rows(LARGE_TRANSFERS).is_empty()


def test_values_that_cannot_be_are_quarantined(everyone: Platform) -> None:
    everyone.fault(provider="mempool_litecoin", kind="microseconds")
    everyone.fault(provider="blockstream", kind="microseconds")
    everyone.run(onchain, [today()])
    assert everyone.quarantined() == {"impossible time"}
    told = by_chain(everyone.rows(BLOCKS))
    assert told["litecoin"] == {"blockchair", "blockcypher"}


def test_of_a_past_day_nobody_tells(everyone: Platform) -> None:
    past = (datetime.now(UTC) - timedelta(days=3)).strftime("%Y-%m-%d")
    assert not everyone.run(onchain, [past]).success
    assert everyone.rows(ONCHAIN).is_empty()
