"""Markets as exchanges spell them that join the tickers of base and quote."""

import pytest

from resources.market import Symbol
from resources.providers import coded_providers


@pytest.mark.parametrize(
    ("provider", "symbol", "native"),
    [
        ("upbit", Symbol("BTC", "KRW"), "KRW-BTC"),
        ("upbit", Symbol("ETH", "BTC"), "BTC-ETH"),
        ("upbit", Symbol("BTC", "USD"), None),
        ("poloniex", Symbol("STEPN", "USDT"), "GMT_USDT"),
        ("lbank", Symbol("BTC", "USDT"), "btc_usdt"),
        ("lbank", Symbol("BTC", "EUR"), None),
        ("phemex", Symbol("BTC", "USDT"), "sBTCUSDT"),
        ("luno", Symbol("BTC", "EUR"), "XBTEUR"),
        ("luno", Symbol("ETH", "BTC"), "ETHXBT"),
        ("independent_reserve", Symbol("BTC", "AUD"), "xbt-aud"),
        ("coinone", Symbol("LUNA2", "KRW"), "KRW/LUNA"),
    ],
)
def test_a_market_is_spelt_the_providers_way(
    provider: str, symbol: Symbol, native: str | None
) -> None:
    assert coded_providers()[provider].native(symbol) == native
