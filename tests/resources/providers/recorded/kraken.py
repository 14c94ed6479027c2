"""What is recorded of kraken."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at

# The keys that need another name, as the exchange lists them in AssetPairs.
KRAKEN_NAMES = {"XXBTZUSD": "XBTUSD"}


def candles(payload: Any, _: str) -> Rows:
    (pair,) = set(payload["result"]) - {"last"}
    return [
        (at(opened * 1000), *map(float, prices), float(volume), None, trades)
        for opened, *prices, _, volume, trades in payload["result"][pair]
    ]


def tickers(payload: Any, _: str) -> Rows:
    rows = []
    for key, ticker in payload["result"].items():
        base, slash, quote = key.partition("/")
        names = [{"BTC": "XBT", "DOGE": "XDG"}.get(name, name) for name in (base, quote)]
        native = "".join(names) if slash else KRAKEN_NAMES.get(key, key)
        rows.append((native, float(ticker["c"][0]), None, None))
    return rows


def markets(payload: Any, _: str) -> Rows:
    return [
        (pair["altname"], *pair["wsname"].split("/"))
        for pair in payload["result"].values()
        if pair["status"] == "online"
    ]


RECORDED = {
    "candles": Recorded(
        r"api\.kraken\.com/0/public/OHLC",
        candles,
        own_errors=True,
        sound={
            "error": [],
            "result": {
                "XXBTZUSD": [
                    [SECONDS, "10.5", "12", "9.25", "11", "10.9", "3.5", 42],
                    [SECONDS + 3600, "11", "11", "11", "11", "0", "0", 0],
                ],
                "last": SECONDS,
            },
        },
        candles=lambda payload: payload["result"]["XXBTZUSD"],
    ),
    "tickers": Recorded(
        r"api\.kraken\.com/0/public/Ticker",
        tickers,
        own_errors=True,
        sound={
            "error": [],
            "result": {"XXBTZUSD": {"c": ["11", "0.1"], "o": "9"}, "XBTUSDT": {"c": ["11", "0.1"]}},
        },
        examples=("kraken/nautilus_http_ticker.json",),
    ),
    "markets": Recorded(
        r"api\.kraken\.com/0/public/AssetPairs",
        markets,
        own_errors=True,
        sound={
            "error": [],
            "result": {
                "XXBTZUSD": {
                    "altname": "XBTUSD",
                    "base": "XXBT",
                    "quote": "ZUSD",
                    "status": "online",
                },
                "ETHUSDT": {
                    "altname": "ETHUSDT",
                    "base": "XETH",
                    "quote": "USDT",
                    "status": "delisted",
                },
            },
        },
        examples=(
            "kraken/nautilus_http_asset_pairs.json",
            "kraken/nautilus_http_asset_pairs_tokenized.json",
        ),
        unrecorded="only the documentation's examples of AssetPairs are at hand",
    ),
}
