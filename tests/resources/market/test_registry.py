"""Every spelling of assets and markets."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import AmbiguousSymbol, InvalidInput, UnknownSymbol
from resources.market import Asset, Registry, Symbol, load_registry

REGISTRY = load_registry()
ACTIVE = REGISTRY.active(1000)
MARKETS = list(REGISTRY.markets())

SPELLINGS: dict[str, Callable[[Asset, Asset], str]] = {
    "BTC/USDT": lambda base, quote: f"{base.ticker}/{quote.ticker}",
    "BTC-USDT": lambda base, quote: f"{base.ticker}-{quote.ticker}",
    "BTC_USDT": lambda base, quote: f"{base.ticker}_{quote.ticker}",
    "BTCUSDT": lambda base, quote: f"{base.ticker}{quote.ticker}",
    "btcusdt": lambda base, quote: f"{base.ticker}{quote.ticker}".lower(),
    "bitcoin/USDT": lambda base, quote: f"{base.id}/{quote.ticker}",
    "bitcoin-tether": lambda base, quote: f"{base.id}-{quote.id}",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_market_resolves_from_this_spelling_to_its_canonical_symbol(spelling: str) -> None:
    for market in MARKETS:
        base, quote = REGISTRY.asset(market.base), REGISTRY.asset(market.quote)
        assert REGISTRY.market(SPELLINGS[spelling](base, quote)) == market


@pytest.mark.parametrize("spell", [lambda a: a.ticker, lambda a: a.id, lambda a: a.ticker.lower()])
def test_a_bare_asset_means_its_main_market(spell: Callable[[Asset], str]) -> None:
    for asset in REGISTRY.assets:
        assert REGISTRY.asset(spell(asset)) is asset
        assert REGISTRY.market(spell(asset)) == REGISTRY.main_market(asset)
        assert REGISTRY.main_market(asset) in MARKETS


@pytest.mark.parametrize(
    ("spelling", "symbol"),
    [
        ("BTC", "BTC/USDT"),
        (" xbt ", "BTC/USDT"),
        ("XBTUSD", "BTC/USD"),
        ("ETHXBT", "ETH/BTC"),
        ("xdg-usd", "DOGE/USD"),
        ("USDC/USDT", "USDC/USDT"),
        ("USDCUSDT", "USDC/USDT"),
        ("USDT", "USDT/USD"),
        ("USDT/USD", "USDT/USD"),
        ("usdtusd", "USDT/USD"),
        ("TUSDUSDT", "TUSD/USDT"),
        ("TUSD", "TUSD/USDT"),
        ("EURUSDT", "EUR/USDT"),
        ("terra-2", "LUNA2/USDT"),
        ("terra-2/USDT", "LUNA2/USDT"),
        ("terra-2-usdt", "LUNA2/USDT"),
        ("terra-classic-usd", "LUNC/USD"),
        ("first-digital-usd", "FDUSD/USDT"),
        ("usd-coin-eur", "USDC/EUR"),
        ("klay", "KAIA/USDT"),
        ("1inchbtc", "1INCH/BTC"),
    ],
)
def test_a_spelling_means_this_market(spelling: str, symbol: str) -> None:
    assert str(REGISTRY.market(spelling)) == symbol


@pytest.mark.parametrize(
    ("spelling", "candidates"),
    [
        ("LUNA", ["terra-classic", "terra-2"]),
        ("luna/usdt", ["terra-classic/USDT", "terra-2/USDT"]),
        ("LUNAUSDT", ["terra-classic/USDT", "terra-2/USDT"]),
        ("GMT-USD", ["stepn/USD", "gomining/USD"]),
        ("UST", ["tether", "terraclassic-usd"]),
    ],
)
def test_a_ticker_of_several_coins_names_them(spelling: str, candidates: list[str]) -> None:
    with pytest.raises(AmbiguousSymbol) as caught:
        REGISTRY.market(spelling)
    assert list(caught.value.candidates) == candidates
    assert len({REGISTRY.market(candidate) for candidate in candidates}) == len(candidates)


def test_a_joined_spelling_that_can_be_cut_twice_names_both_markets() -> None:
    assets = [asset for asset in REGISTRY.assets if asset.ticker in ("ARB", "USD", "BUSD")]
    registry = Registry([*assets, Asset("arweave", "AR", "Arweave", rank=1)])
    with pytest.raises(AmbiguousSymbol) as caught:
        registry.market("ARBUSD")
    assert set(caught.value.candidates) == {"arbitrum/USD", "arweave/BUSD"}
    assert str(registry.market("AR-BUSD")) == "AR/BUSD"


@pytest.mark.parametrize(
    ("spelling", "near"),
    [
        ("BTX", "BTC"),
        ("bitcon", "BITCOIN"),
        ("BTX/USDT", "BTC/USDT"),
        ("ETHH-USD", "ETH/USD"),
        ("DOGUSDT", "DOGE/USDT"),
        ("BTC/XYZ", "BTC"),
    ],
)
def test_an_unknown_spelling_names_the_nearest(spelling: str, near: str) -> None:
    with pytest.raises(UnknownSymbol) as caught:
        REGISTRY.market(spelling)
    assert near in caught.value.nearest


@pytest.mark.parametrize(
    "spelling", ["", " ", "/", "-USDT", "BTC/", "BTC//USDT", "USDT/USDT", "USD/USDT"]
)
def test_what_is_no_market_is_unknown(spelling: str) -> None:
    with pytest.raises(UnknownSymbol):
        REGISTRY.market(spelling)


def works(spelling: str) -> bool:
    return REGISTRY.market(spelling) in MARKETS


@given(st.text(max_size=30) | st.text("BTCUSDELN/-_", max_size=12))
def test_any_text_is_a_market_or_refused_with_spellings_that_work(text: str) -> None:
    instead: tuple[str, ...] = (text,)
    try:
        REGISTRY.market(text)
    except UnknownSymbol as error:
        instead = error.nearest
    except AmbiguousSymbol as error:
        instead = error.candidates
    assert all(map(works, instead))


@given(st.sampled_from(ACTIVE), st.sampled_from(REGISTRY.quotes), st.data())
def test_case_does_not_matter(base: Asset, quote: Asset, data: st.DataObject) -> None:
    text = f"{base.ticker}{data.draw(st.sampled_from(['', '/', '-']))}{quote.ticker}"
    flips = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    mixed = "".join(c.lower() if flip else c for c, flip in zip(text, flips, strict=True))
    if base is not quote:
        assert REGISTRY.market(mixed) == Symbol(base.ticker, quote.ticker)


def test_the_largest_coins_are_active_and_currencies_never() -> None:
    assert [asset.ticker for asset in REGISTRY.active(3)] == ["BTC", "ETH", "BNB"]
    assert len(ACTIVE) >= 112
    assert all(asset.kind == "coin" for asset in ACTIVE)
    assert [asset.rank for asset in ACTIVE] == list(range(1, len(ACTIVE) + 1))


@pytest.mark.parametrize(
    "other",
    [
        Asset("bitcoin", "BTC2", "Same id"),
        Asset("bitcoin-2", "BTC", "Same ticker"),
        Asset("bitcoin-2", "BTC2", "Its ticker for an alias", aliases=("BTC",)),
        Asset("xbt", "BTC2", "Its alias for an id"),
    ],
)
def test_an_id_or_ticker_that_means_another_asset_too_is_refused(other: Asset) -> None:
    with pytest.raises(InvalidInput):
        Registry([REGISTRY.asset("BTC"), other])


def test_every_recorded_market_is_known(shared: Path) -> None:
    with (shared / "data/ohlcv/INDEX.csv").open() as file:
        symbols = {row["symbol"].split("_")[0] for row in csv.DictReader(file)}
    spot = {symbol for symbol in symbols if not symbol.endswith("-PERP")}
    assert len(spot) > 33
    assert {str(REGISTRY.market(symbol)).replace("/", "") for symbol in spot} == spot
