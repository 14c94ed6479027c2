"""Figures of decentralised finance that cannot be, and how many rows are kept."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.asking import Told, quarantine_told
from resources.errors import MalformedResponse
from resources.flush_feed import flush_rows, snapshot_of
from resources.lake import Lake
from resources.ledger import Ledger
from resources.providers import load_providers
from resources.providers.base import Question
from resources.providers.families.largest import largest
from resources.schemas.defi import (
    DEFI_PROTOCOL_TVL_PAGE,
    DEFI_PROTOCOLS,
    DEFI_PROTOCOLS_PAGE,
    DEFI_TVL_PAGE,
    DEFI_YIELDS_PAGE,
)
from resources.schemas.page import Page
from resources.scope import Scope

NOW = 1_795_338_000_000
DAY = 86_400_000


def questions(provider: str, page: Page, **scope: Any) -> list[Question]:
    source = load_providers()[provider].source(page)
    assert source is not None
    return list(source.questions(Scope((), NOW, **scope)))


def parsed(provider: str, page: Page, payload: Any) -> pl.DataFrame:
    (question,) = questions(provider, page)
    return page.checked(question.parse(json.dumps(payload).encode()), NOW)


def protocol(slug: str, tvl: Any, **more: Any) -> dict[str, Any]:
    return {"slug": slug, "name": slug.title(), "tvl": tvl, **more}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (protocol("sound", 0), None),
        (protocol("listed", None), "missing TVL"),
        (protocol("owing", -1.5), "negative TVL"),
        (protocol("cents", 4e15), "implausible TVL"),
        (protocol("odd", "NaN"), "tvl is not finite"),
        (protocol("odd", "Infinity"), "tvl is not finite"),
        (protocol("short", 1, mcap=-2), "negative market cap"),
        ({"name": "Nameless", "tvl": 5}, "no slug"),
        (protocol("absent", 5, chains=["Nowhere"], chainTvls={}), None),
    ],
)
def test_a_protocol_that_cannot_be_is_told_with_the_reason(
    row: Mapping[str, Any], reason: str | None
) -> None:
    frame = parsed("defillama", DEFI_PROTOCOLS_PAGE, [row])
    assert frame["reason"].to_list() == [reason]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (protocol("odd", "n/a"), "missing TVL"),
        (protocol("odd", 5, chains=None, mcap=[]), None),
        (protocol("odd", 5) | {"slug": 7}, "no slug"),
    ],
)
def test_a_row_of_a_wrong_type_costs_no_other(broken: Mapping[str, Any], reason: str) -> None:
    frame = parsed("defillama", DEFI_PROTOCOLS_PAGE, [protocol("fine", 7), broken])
    assert dict(frame.select("name", "reason").rows()) == {"Fine": None, "Odd": reason}


def test_an_answer_whose_rows_are_all_of_a_wrong_type_is_none() -> None:
    with pytest.raises(MalformedResponse):
        parsed("defillama", DEFI_PROTOCOLS_PAGE, [protocol("a", "n/a"), protocol("b", "n/a")])


def test_the_reason_is_kept_and_the_others_are_stored(tmp_path: Path) -> None:
    rows = [protocol("fine", 7.5, chains=["Base"], chainTvls={"Base": 7.5}), protocol("owing", -1)]
    told = Told("defillama", parsed("defillama", DEFI_PROTOCOLS_PAGE, rows), NOW)
    ledger, lake = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}"), Lake(str(tmp_path / "lake"))
    ledger.migrate()
    assert quarantine_told(ledger, DEFI_PROTOCOLS_PAGE, [told]) == 1
    # Once, however often it is told.
    quarantine_told(ledger, DEFI_PROTOCOLS_PAGE, [told])
    assert flush_rows(lake, ledger, DEFI_PROTOCOLS, snapshot_of([told], "live", NOW)).rows == 1
    stored = lake.scan(DEFI_PROTOCOLS, {}).collect().row(0, named=True)
    assert (stored["slug"], stored["chain_tvl"]) == ("fine", [{"chain": "Base", "tvl": 7.5}])
    with ledger.read() as connection:
        kept = connection.exec_driver_sql("SELECT symbol, reason FROM quarantine").all()
    ledger.close()
    assert [tuple(row) for row in kept] == [("owing", "negative TVL")]


def test_a_protocol_that_was_renamed_keeps_its_slug() -> None:
    first, later = (
        parsed("defillama", DEFI_PROTOCOLS_PAGE, [{**protocol("polygon-pos", 1), "name": name}])
        for name in ("Matic", "Polygon")
    )
    assert first["slug"].to_list() == later["slug"].to_list()


def test_a_yield_without_a_rate_is_no_yield_of_nothing() -> None:
    pools = [{"pool": "a", "tvlUsd": 2, "apy": None}, {"pool": "b", "tvlUsd": 1, "apy": 3e9}]
    frame = parsed("defillama_yields", DEFI_YIELDS_PAGE, {"data": pools})
    assert frame["reason"].to_list() == ["missing APY", "implausible apy"]


def test_a_history_is_asked_of_each_chain_and_protocol_that_is_named() -> None:
    asked = questions("defillama", DEFI_TVL_PAGE, names=("OP Mainnet", "a/b"))
    assert [one.call.path for one in asked] == [
        "/v2/historicalChainTvl",
        "/v2/historicalChainTvl/OP%20Mainnet",
        "/v2/historicalChainTvl/a%2Fb",
    ]
    body = json.dumps([{"date": 1_795_305_600 + 3_600, "tvl": 5}]).encode()
    assert asked[1].parse(body).row(0)[1:] == ("OP Mainnet", 5.0)
    assert questions("defillama", DEFI_PROTOCOL_TVL_PAGE) == []
    (one,) = questions("defillama", DEFI_PROTOCOL_TVL_PAGE, names=("lido",))
    assert one.call.path == "/protocol/lido"
    days = [{"date": 1_795_305_600, "totalLiquidityUSD": -1}, {"date": 4, "totalLiquidityUSD": 1}]
    frame = DEFI_PROTOCOL_TVL_PAGE.checked(one.parse(json.dumps({"tvl": days}).encode()), NOW)
    assert frame["slug"].to_list() == ["lido", "lido"]
    assert frame["reason"].to_list() == ["negative TVL", "impossible time"]


def test_the_present_alone_is_told_of_what_has_no_history() -> None:
    past = (NOW - 40 * DAY, NOW - 39 * DAY)
    assert questions("defillama", DEFI_PROTOCOLS_PAGE, past=past) == []
    assert len(questions("defillama", DEFI_TVL_PAGE, past=past)) == 1


@given(
    st.lists(st.none() | st.floats(allow_nan=True, allow_infinity=True), max_size=120),
    st.integers(1, 20),
)
def test_the_largest_are_kept_and_what_is_no_size_comes_behind(
    sizes: list[float | None], most: int
) -> None:
    kept = largest(sizes, lambda size: size, most)
    sound = [size for size in sizes if size is not None and 0 <= size < float("inf")]
    assert kept[: len(sound[:most])] == sorted(sound, reverse=True)[:most]
    rest = kept[len(sound[:most]) :]
    assert len(rest) == min(50, len(sizes) - len(sound))
