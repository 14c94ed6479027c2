"""What figures of the market must be."""

from collections.abc import Mapping

import polars as pl
import pytest

from resources.schemas.market import MARKET_PAGE, MARKET_TOTALS_PAGE
from resources.schemas.page import Page
from resources.schemas.trending import TRENDING_PAGE

NAN, INF = float("nan"), float("inf")
COIN = {
    "native": "bitcoin",
    "symbol": "BTC",
    "name": "Bitcoin",
    "rank": 1,
    "price": 64_159.0,
    "market_cap": 1.28e12,
    "volume_24h": 2e10,
    "circulating_supply": 2e7,
    "change_1h": 0.1,
    "change_24h": -0.3,
    "change_7d": 2.6,
    "observed_at": None,
}
TOTALS = {
    "market_cap": 2.2e12,
    "volume_24h": 5e10,
    "btc_dominance": 56.3,
    "eth_dominance": 9.5,
    "coins": 17_480,
    "change_24h": -0.1,
}
FOUND = {
    "native": "zano",
    "symbol": "ZANO",
    "name": "Zano",
    "rank": 1,
    "market_cap_rank": 204,
    "price": 9.65,
    "change_24h": 13.4,
    "volume_24h": 1_959_129.0,
}


def reason(page: Page, row: Mapping[str, object], **changed: object) -> str | None:
    frame = pl.DataFrame([{**row, **changed}], schema=page.schema)
    found: str | None = page.checked(frame, 0)["reason"][0]
    return found


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("native", None, "no native"),
        ("price", None, "missing value"),
        ("price", 0.0, "price not positive"),
        ("price", -1.0, "price not positive"),
        ("price", NAN, "price is not finite"),
        ("price", 1e16, "insane magnitude"),
        ("market_cap", None, None),
        ("market_cap", 0.0, None),
        ("market_cap", -1.0, "negative market cap"),
        ("market_cap", INF, "market_cap is not finite"),
        ("market_cap", 1e16, "insane magnitude"),
        ("market_cap", 1.28e13, None),  # ten times another's: nobody knows which is right
        ("circulating_supply", -1.0, "negative market cap"),
        ("volume_24h", None, None),
        ("volume_24h", -0.1, "negative volume"),
        ("rank", None, None),
        ("rank", 0, "rank not positive"),
        ("change_1h", None, None),
        ("change_1h", -100.0, None),
        ("change_24h", -100.1, "impossible change"),
        ("change_7d", 2e6, "impossible change"),
    ],
)
def test_a_coin_is_sound_or_has_a_reason(name: str, value: object, why: str | None) -> None:
    assert reason(MARKET_PAGE, COIN, **{name: value}) == why


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("market_cap", None, "no market_cap"),
        ("market_cap", 0.0, "market cap not positive"),
        ("volume_24h", -1.0, "negative volume or number of coins"),
        ("coins", -1, "negative volume or number of coins"),
        ("btc_dominance", 100.5, "dominance not between 0 and 100"),
        ("eth_dominance", -0.5, "dominance not between 0 and 100"),
        ("eth_dominance", None, None),
        ("change_24h", -101.0, "impossible change"),
        ("volume_24h", 1e16, "insane magnitude"),
    ],
)
def test_sums_are_sound_or_have_a_reason(name: str, value: object, why: str | None) -> None:
    assert reason(MARKET_TOTALS_PAGE, TOTALS, **{name: value}) == why


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("rank", None, "rank not positive"),
        ("rank", 0, "rank not positive"),
        ("price", None, None),
        ("price", 0.0, "price not positive"),
        ("market_cap_rank", 0, "market cap rank not positive"),
        ("volume_24h", -1.0, "negative volume"),
        ("change_24h", 1871.6, None),
        ("change_24h", -101.0, "impossible change"),
    ],
)
def test_what_is_trending_is_sound_or_has_a_reason(
    name: str, value: object, why: str | None
) -> None:
    assert reason(TRENDING_PAGE, FOUND, **{name: value}) == why


@pytest.mark.parametrize(
    ("page", "row"), [(MARKET_PAGE, COIN), (MARKET_TOTALS_PAGE, TOTALS), (TRENDING_PAGE, FOUND)]
)
def test_a_sound_row_has_no_reason(page: Page, row: Mapping[str, object]) -> None:
    assert reason(page, row) is None
