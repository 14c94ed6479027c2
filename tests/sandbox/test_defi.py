"""The sandbox's decentralised finance: what is told in several ways is one world."""

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import defi
from sandbox.defi_names import chains, protocols, stablecoins
from sandbox.defi_pools import paid
from sandbox.noise import level, levels
from sandbox.venue import RequestError
from tests.sandbox.conftest import DAY, HOUR, NOW, venue


@given(st.integers(0, 2**64 - 1), st.integers(0, 40_000_000))
def test_many_levels_are_those_of_one_by_one(key: int, minute: int) -> None:
    found = levels(pl.Series([key], dtype=pl.UInt64), pl.Series([minute]))[0]
    assert found == pytest.approx(level(key, minute), abs=1e-9)


def test_there_are_enough_of_all_and_none_twice() -> None:
    assert len(chains()) == 40
    assert len({one.slug for one in protocols()}) == len(protocols()) >= 120
    assert len({one.symbol for one in stablecoins()}) == len(stablecoins()) == 30
    assert len({pool.id for pool, _, _ in paid(NOW)}) == len(paid(NOW)) > 200
    assert all(set(one.chains) <= set(chains()) for one in protocols())


def test_chains_sum_up_to_the_whole_and_histories_end_in_the_present() -> None:
    told = venue("defillama")
    of_chains = {row["name"]: row["tvl"] for row in told.answer("/v2/chains", {}, NOW).payload}
    whole = told.answer("/v2/historicalChainTvl", {}, NOW).payload
    assert sum(of_chains.values()) == pytest.approx(whole[-1]["tvl"], abs=1)
    base = told.answer("/v2/historicalChainTvl/Base", {}, NOW).payload
    assert base[-1]["tvl"] == pytest.approx(of_chains["Base"], abs=1)
    days = [row["date"] for row in whole[:-1]]
    assert {later - day for day, later in pairwise(days)} == {DAY // 1000}
    listed = {row["slug"]: row for row in told.answer("/protocols", {}, NOW).payload}
    aave = told.answer("/protocol/aave-v3", {}, NOW).payload["tvl"]
    assert aave[-1]["totalLiquidityUSD"] == listed["aave-v3"]["tvl"]
    row = listed["aave-v3"]
    assert sum(row["chainTvls"][name] for name in row["chains"]) == pytest.approx(row["tvl"])
    assert row["change_1d"] == pytest.approx(
        (row["tvl"] / defi.present(NOW - DAY)["aave-v3"] - 1) * 100
    )


def test_an_hour_moves_little_and_the_past_does_not_change() -> None:
    before, after = defi.present(NOW), defi.present(NOW + HOUR)
    assert before == defi.present(NOW)
    moves = [abs(after[slug] / tvl - 1) for slug, tvl in before.items()]
    assert 0 < max(moves) < 0.05
    yesterday = defi.days_of(NOW, "Ethereum")[:-1]
    assert defi.days_of(NOW + DAY, "Ethereum")[: len(yesterday)] == yesterday


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("defillama", "/protocol/nobody", 400),
        ("defillama", "/v2/historicalChainTvl/Nowhere", 400),
        ("defillama", "/nothing", 404),
        ("defillama_yields", "/chart/none", 404),
        ("dexpaprika", "/networks/nowhere/pools", 404),
        ("yearn", "/1/vaults/0x0", 404),
    ],
)
def test_what_is_not_there_is_refused(name: str, path: str, status: int) -> None:
    with pytest.raises(RequestError) as caught:
        venue(name).answer(path, {}, NOW)
    assert caught.value.answer.status == status
