import httpx
import pytest

MARKETS = [
    ("BTC", "BTC/USDT"),
    ("btc", "BTC/USDT"),
    ("bitcoin", "BTC/USDT"),
    ("BTC/USDT", "BTC/USDT"),
    ("BTC-USDT", "BTC/USDT"),
    ("BTCUSDT", "BTC/USDT"),
    ("btcusdt", "BTC/USDT"),
    ("btc/usdt", "BTC/USDT"),
    ("BTC%2FUSDT", "BTC/USDT"),
    ("XBTUSDT", "BTC/USDT"),
    ("ETHUSDT", "ETH/USDT"),
    ("ETH-BTC", "ETH/BTC"),
]


@pytest.mark.parametrize(("spelling", "canonical"), MARKETS)
@pytest.mark.parametrize(
    "path",
    [
        "/api/ohlcv?symbol={}",
        "/api/ohlcv/history/{}?interval=1h",
        "/api/ohlcv/gaps/{}?interval=1h",
    ],
)
def test_a_market_is_known_however_it_is_spelt(
    reader: httpx.Client, path: str, spelling: str, canonical: str
) -> None:
    body = reader.get(path.format(spelling)).json()
    assert body["symbol"] == canonical
    assert body["requested"] == spelling.replace("%2F", "/")
    assert body["quote"] == canonical.partition("/")[2]


@pytest.mark.parametrize(("spelling", "canonical"), MARKETS)
def test_a_price_is_that_of_the_asset_in_dollars(
    reader: httpx.Client, spelling: str, canonical: str
) -> None:
    asset = canonical.partition("/")[0]
    row = reader.get(f"/api/prices?symbols={spelling}").json()["data"][0]
    named = {name: row[name] for name in ("symbol", "quote", "requested")}
    requested = spelling.replace("%2F", "/")
    assert named == {"symbol": asset, "quote": "USD", "requested": requested}
    history = reader.get(f"/api/prices/history/{spelling}").json()
    assert (history["symbol"], history["quote"]) == (asset, "USD")


def test_an_asset_means_the_dollar_market_that_was_collected(service: httpx.Client) -> None:
    collected = service.get("/api/ohlcv?symbol=ETH&interval=1d").json()
    assert (collected["symbol"], collected["count"]) == ("ETH/USD", 5)
    not_collected = service.get("/api/ohlcv?symbol=ETH&interval=1h").json()
    assert (not_collected["symbol"], not_collected["count"]) == ("ETH/USDT", 0)
