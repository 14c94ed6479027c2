"""What is particular of those who tell what coins are worth, and what people look for."""

import json
from typing import Any

import polars as pl
import pytest

from resources.asking import tickers_by_native
from resources.errors import MalformedResponse
from resources.market import load_registry
from resources.providers import load_providers
from resources.schemas.market import MARKET_PAGE, MARKET_TOTALS_PAGE
from resources.schemas.page import Page
from resources.schemas.trending import TRENDING_PAGE
from resources.scope import Scope
from tests.resources.providers.endpoints import ENDPOINTS, SCOPE, parser
from tests.resources.providers.recorded.base import START
from tests.resources.providers.test_venues import asked, whole
from tests.sandbox.conftest import venue

WORTH = ("coingecko", "coinpaprika", "coinlore", "coincap")
SUMS = ("coingecko", "coinpaprika", "coinlore")
TRENDS = ("coingecko", "geckoterminal")


def parsed(provider: str, page: Page, payload: Any) -> pl.DataFrame:
    return parser((provider, f"page {page.name}"))(json.dumps(payload).encode())


def played(provider_id: str, page: Page) -> pl.DataFrame:
    """What a provider's venue tells of a page, with our tickers where it is of coins."""
    provider, source = load_providers()[provider_id], load_providers()[provider_id].source(page)
    assert source
    frames = [
        question.parse(asked(venue(provider_id), whole(provider, question.call)))
        for question in source.questions(SCOPE)
    ]
    frame = page.checked(pl.concat(frames), START)
    if "native" not in page.schema:
        return frame
    return frame.join(tickers_by_native(provider, load_registry()), on="native", how="left")


@pytest.mark.parametrize("provider", WORTH)
def test_a_venues_coins_are_sound_and_ranked_by_what_they_are_worth(provider: str) -> None:
    frame = played(provider, MARKET_PAGE)
    assert frame["reason"].null_count() == frame.height > 90
    assert frame["native"].n_unique() == frame.height
    assert frame["rank"].to_list() == list(range(1, frame.height + 1))
    assert frame["market_cap"].is_sorted(descending=True)
    worth = frame["price"] * frame["circulating_supply"]
    assert ((frame["market_cap"] / worth - 1).abs() < 1e-3).all()
    known = frame.drop_nulls("asset")
    assert known["asset"].n_unique() == known.height > 80
    assert frame.filter(pl.col("asset").is_null())["symbol"].to_list()[:2] == ["STETH", "WBTC"]


@pytest.mark.parametrize("provider", WORTH[1:])
def test_venues_agree_on_what_coins_are_worth(provider: str) -> None:
    both = played("coingecko", MARKET_PAGE).join(
        played(provider, MARKET_PAGE).drop_nulls("asset"), on="asset"
    )
    assert both.height > 80
    for name, most in (("price", 2e-3), ("market_cap", 2e-3)):
        assert ((both[f"{name}_right"] / both[name] - 1).abs() < most).all(), name
    for name in ("change_1h", "change_7d"):
        differ = (both[name] - both[f"{name}_right"]).abs().drop_nulls()
        assert (differ < 0.01).all(), name


@pytest.mark.parametrize("provider", SUMS)
def test_a_venues_sums_are_those_of_its_coins(provider: str) -> None:
    (sums,) = played(provider, MARKET_TOTALS_PAGE).to_dicts()
    coins = played(provider, MARKET_PAGE).drop_nulls("asset")
    assert sums["reason"] is None
    assert sums["market_cap"] == pytest.approx(coins["market_cap"].sum(), rel=2e-2)
    bitcoin = coins.filter(asset="BTC")["market_cap"][0]
    assert sums["btc_dominance"] == pytest.approx(bitcoin / sums["market_cap"] * 100, abs=0.01)


@pytest.mark.parametrize("provider", TRENDS)
def test_what_a_venue_calls_trending_is_sound(provider: str) -> None:
    frame = played(provider, TRENDING_PAGE)
    assert frame["reason"].null_count() == frame.height >= 15
    assert frame["rank"].to_list() == list(range(1, frame.height + 1))
    assert frame["native"].n_unique() == frame.height
    assert frame["asset"].null_count() == 0


@pytest.mark.parametrize("provider", sorted({*WORTH, *TRENDS}))
def test_nobody_tells_of_a_past_day(provider: str) -> None:
    past = Scope(SCOPE.assets, START, past=(START - 86_400_000, START))
    for source in load_providers()[provider].sources:
        assert not source.questions(past)
        assert source.questions(SCOPE)


def test_a_renamed_coin_stays_the_same_asset() -> None:
    (coin,) = ENDPOINTS["coingecko", "page market"].sound
    renamed = [{**coin, "symbol": "xbt", "name": "Bitcoin (renamed)"}]
    frame = parsed("coingecko", MARKET_PAGE, renamed)
    tickers = tickers_by_native(load_providers()["coingecko"], load_registry())
    assert frame.join(tickers, on="native")["asset"].to_list() == ["BTC"]


def coin_of(provider: str, name: str, price: Any) -> dict[str, Any]:
    told = {"id": name, "symbol": name, "name": name}
    if provider == "coingecko":
        return {**told, "current_price": price}
    return {**told, "rank": 1, "quotes": {"USD": {"price": price}}}


@pytest.mark.parametrize("provider", ["coingecko", "coinpaprika"])
def test_a_coin_of_a_wrong_type_costs_no_other(provider: str) -> None:
    coins = [coin_of(provider, name, price) for name, price in {"odd": "n/a", "fine": 5}.items()]
    frame = MARKET_PAGE.checked(parsed(provider, MARKET_PAGE, coins), START)
    assert frame.select("native", "price", "reason").rows() == [
        ("odd", None, "missing value"),
        ("fine", 5.0, None),
    ]
    with pytest.raises(MalformedResponse):
        parsed(provider, MARKET_PAGE, [coins[1], {**coins[1], "symbol": 7}])


def test_of_coinpaprikas_coins_those_without_a_rank_are_left_out() -> None:
    (coin,) = ENDPOINTS["coinpaprika", "page market"].sound
    told = [{**coin, "id": str(rank), "rank": rank} for rank in (250, 0, 251, None, 1)]
    assert parsed("coinpaprika", MARKET_PAGE, told)["native"].to_list() == ["250", "1"]


def test_of_coinlores_coins_of_one_ticker_the_largest_is_the_asset() -> None:
    sound = ENDPOINTS["coinlore", "page market"].sound
    (coin,) = sound["data"]
    names = ("bitcoin", "bitcoin-two", "bitcoin-three")
    data = [{**coin, "nameid": name, "rank": rank} for rank, name in enumerate(names, 1)]
    frame = parsed("coinlore", MARKET_PAGE, {**sound, "data": data})
    assert frame["native"].to_list() == ["BTC", "bitcoin-two", "bitcoin-three"]


def test_of_geckoterminals_pools_of_one_token_the_first_counts() -> None:
    sound = ENDPOINTS["geckoterminal", "page trending"].sound
    (pool,), (token,) = sound["data"], sound["included"]
    second = {**pool, "attributes": {**pool["attributes"], "base_token_price_usd": "9"}}
    unnamed = {**pool, "relationships": {"base_token": {"data": {"id": "solana_other"}}}}
    nameless = {**token, "attributes": {**token["attributes"], "coingecko_coin_id": None}}
    told = {"data": [pool, second, unnamed], "included": [nameless]}
    frame = parsed("geckoterminal", TRENDING_PAGE, told)
    assert frame.select("native", "price").rows() == [("solana_EKpQGS", 0.216341)]


@pytest.mark.parametrize(
    ("written", "volume"),
    [("$1,959,129", 1_959_129.0), (1.5, 1.5), ("", None), ("a lot", None), (None, None)],
)
def test_a_volume_that_is_written_for_readers_is_a_number(
    written: object, volume: float | None
) -> None:
    sound = ENDPOINTS["coingecko", "page trending"].sound
    item = sound["coins"][0]["item"]
    told = {"coins": [{"item": {**item, "data": {**item["data"], "total_volume": written}}}]}
    assert parsed("coingecko", TRENDING_PAGE, told)["volume_24h"].to_list() == [volume]


def test_global_sums_in_other_currencies_alone_are_no_row_of_the_market() -> None:
    sound = ENDPOINTS["coingecko", "page market_totals"].sound
    told = {"data": {**sound["data"], "total_market_cap": {"eur": 2000.5}}}
    frame = parsed("coingecko", MARKET_TOTALS_PAGE, told)
    assert MARKET_TOTALS_PAGE.checked(frame, START)["reason"].to_list() == ["no market_cap"]


@pytest.mark.parametrize("provider", SUMS)
def test_an_empty_list_is_no_sum(provider: str) -> None:
    with pytest.raises(MalformedResponse):
        parsed(provider, MARKET_TOTALS_PAGE, [])
