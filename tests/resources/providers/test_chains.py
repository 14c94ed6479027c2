"""What explorers and nodes tell of chains, beside each other."""

import json
from collections.abc import Iterator

import polars as pl
import pytest

from resources.errors import MalformedResponse
from resources.market.chains import CHAINS, find_chain
from resources.providers import load_providers
from resources.providers.base import Question
from resources.providers.families.evm import node_sources
from resources.schemas.onchain import BLOCKS_PAGE, METRICS, ONCHAIN_PAGE, TRANSFERS_PAGE
from resources.schemas.page import Page
from tests.resources.providers.endpoints import SCOPE
from tests.resources.providers.test_venues import asked, whole
from tests.sandbox.conftest import NOW, venue

PAGES = (ONCHAIN_PAGE, BLOCKS_PAGE, TRANSFERS_PAGE)
TELLERS = [p.id for p in load_providers().values() if any(p.source(page) for page in PAGES)]


def told(page: Page) -> pl.DataFrame:
    """What all venues tell of a page."""
    frames = []
    for name in TELLERS:
        for question in questions(name, page):
            call = whole(load_providers()[name], question.call)
            frame = question.parse(asked(venue(name), call))
            frames.append(page.checked(frame, NOW).with_columns(provider=pl.lit(name)))
    return pl.concat(frames)


def questions(name: str, page: Page) -> Iterator[Question]:
    source = load_providers()[name].source(page)
    if source is not None:
        yield from source.questions(SCOPE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_what_venues_tell_breaks_no_rule(page: Page) -> None:
    frame = told(page)
    assert frame["reason"].null_count() == frame.height
    assert set(frame["chain"]) <= set(CHAINS)
    if page is not TRANSFERS_PAGE:
        assert set(frame["chain"]) == set(CHAINS)


def test_all_tell_the_same_block_of_a_chain() -> None:
    blocks = told(BLOCKS_PAGE)
    same = blocks.group_by("chain").agg(
        pl.col("height", "hash").n_unique(), pl.col("provider").n_unique()
    )
    assert same["height"].to_list() == same["hash"].to_list() == [1] * len(CHAINS)
    assert (same["provider"] >= 2).all()


def test_fees_of_a_chain_are_alike_and_rise_with_haste() -> None:
    figures = told(ONCHAIN_PAGE)
    assert set(figures["metric"]) == set(METRICS)
    tiers = figures.filter(pl.col("metric").str.starts_with("fee_"))
    for (chain, _), rows in tiers.group_by("chain", "metric"):
        low, high = rows["value"].min(), rows["value"].max()
        # mempool.space and Blockchair tell whole satoshis.
        assert high == pytest.approx(low, rel=0.05, abs=1.0), chain
    wide = tiers.pivot("metric", index=["provider", "chain"], values="value").drop_nulls()
    assert (wide["fee_fast"] >= wide["fee_medium"]).all()
    assert (wide["fee_medium"] >= wide["fee_slow"]).all()
    assert figures.group_by("chain", "metric").agg(pl.col("unit").n_unique())["unit"].max() == 1


def test_transfers_have_the_same_hash_with_everybody() -> None:
    moved = told(TRANSFERS_PAGE)
    amounts = moved.group_by("chain", "hash").agg(pl.col("amount").n_unique())
    assert (amounts["amount"] == 1).all()
    assert moved.filter(provider="blockchair").group_by("chain").len().height == 4


@pytest.mark.parametrize(
    ("page", "body", "said"),
    [
        (ONCHAIN_PAGE, {"error": {"code": -32005, "message": "limit exceeded"}}, "limit exceeded"),
        (ONCHAIN_PAGE, {"result": None}, "no result"),
        (ONCHAIN_PAGE, {"result": "many"}, "no number"),
        (ONCHAIN_PAGE, {"result": "-0x1"}, "bits"),
        (ONCHAIN_PAGE, {"result": "0x1" + "0" * 70}, "281 bits"),
    ],
)
def test_a_node_that_errs_with_200_is_no_answer(page: Page, body: object, said: str) -> None:
    source = next(one for one in node_sources("ethereum", "acme") if one.page is page)
    with pytest.raises(MalformedResponse, match=said):
        source.questions(SCOPE)[0].parse(json.dumps(body).encode())


def test_a_node_without_rewards_tells_the_base_fee_alone() -> None:
    source = node_sources("ethereum", "acme")[0]
    body = b'{"result":{"baseFeePerGas":["0x3b9aca00"],"reward":[]}}'
    frame = source.questions(SCOPE)[1].parse(body)
    assert frame.select("metric", "value").rows() == [("base_fee", 1.0)]


@pytest.mark.parametrize(
    ("page", "row", "reason"),
    [
        (ONCHAIN_PAGE, ("bitcoin", "fee_fast", -1.0, "sat/vB", None), "negative value"),
        (ONCHAIN_PAGE, ("bitcoin", "fee_fast", 1e9, "sat/vB", None), "insane magnitude"),
        (ONCHAIN_PAGE, ("bitcoin", "colour", 1.0, "", None), "insane magnitude"),
        (ONCHAIN_PAGE, ("bitcoin", "fee_fast", None, "sat/vB", None), "missing value"),
        (ONCHAIN_PAGE, ("bitcoin", "fee_fast", 1.0, "sat/vB", 10**15), "impossible time"),
        (ONCHAIN_PAGE, ("bitcoin", "fee_fast", 1.0, "sat/vB", None), None),
        (BLOCKS_PAGE, ("bitcoin", 10**7, "ab", NOW, None, None), "height too large"),
        (BLOCKS_PAGE, ("bitcoin", -1, "ab", NOW, None, None), "negative height"),
        (BLOCKS_PAGE, ("bitcoin", None, "ab", NOW, None, None), "no height"),
        (BLOCKS_PAGE, ("bitcoin", 900_000, "ab", NOW + 10**8, None, None), "impossible time"),
        (BLOCKS_PAGE, ("ethereum", 900_000, "ab", 10**12, None, None), "impossible time"),
        (BLOCKS_PAGE, ("bitcoin", 900_000, "ab", NOW, -5, None), "negative value"),
        (BLOCKS_PAGE, ("bitcoin", 900_000, "ab", NOW, 2_000, None), None),
        (TRANSFERS_PAGE, ("bitcoin", "ab", "BTC", 0.0, None, NOW), "amount not positive"),
        (TRANSFERS_PAGE, ("bitcoin", "ab", "BTC", 500.0, None, None), "missing value"),
        (TRANSFERS_PAGE, ("bitcoin", None, "BTC", 500.0, None, NOW), "no hash"),
        (TRANSFERS_PAGE, ("bitcoin", "ab", "BTC", 500.0, None, NOW), None),
    ],
)
def test_what_cannot_be_has_a_reason(page: Page, row: tuple[object, ...], reason: str) -> None:
    schema = {name: kind if kind != pl.Datetime("us", "UTC") else pl.Int64 for name, kind in
              page.schema.items()}  # fmt: skip
    frame = pl.DataFrame([row], schema=schema, orient="row")
    times = [name for name in schema if schema[name] == pl.Int64 and page.schema[name] != pl.Int64]
    timed = frame.with_columns(
        pl.col(name).cast(pl.Datetime("ms", "UTC")).cast(pl.Datetime("us", "UTC")) for name in times
    )
    assert page.checked(timed, NOW)["reason"].to_list() == [reason]


@pytest.mark.parametrize("spelling", ["bitcoin", "BTC", " Bitcoin "])
def test_a_chain_is_found_by_its_name_or_its_coin(spelling: str) -> None:
    assert find_chain(spelling).id == "bitcoin"
