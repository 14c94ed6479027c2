"""What is recorded of crypto_com."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://exchange-docs.crypto.com/exchange/v1/rest-ws"


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(c["t"]), *(float(c[name]) for name in "ohlcv"), None, None)
        for c in payload["result"]["data"]
    ]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (t["i"], float(t["a"]), at(t["t"]), float(t["c"]) * 100) for t in payload["result"]["data"]
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (one["symbol"], one["base_ccy"], one["quote_ccy"])
        for one in payload["result"]["data"]
        if one["tradable"] and one["inst_type"] == "CCY_PAIR"
    ]


def answer(*rows: Any) -> Any:
    return {"id": -1, "code": 0, "result": {"data": list(rows)}}


def candle(time: int, *values: str) -> dict[str, Any]:
    return {**dict(zip("ohlcv", values, strict=True)), "t": time}


def instrument(symbol: str, kind: str, tradable: bool) -> dict[str, Any]:
    base, quote = symbol.split("_")
    return {
        "symbol": symbol,
        "inst_type": kind,
        "base_ccy": base,
        "quote_ccy": quote,
        "tradable": tradable,
    }


RECORDED = {
    "candles": Recorded(
        r"api\.crypto\.com/exchange/v1/public/get-candlestick",
        candles,
        sound=answer(
            candle(START, "10.5", "12", "9.25", "11", "3.5"),
            candle(START + HOUR, "11", "11", "11", "11", "0"),
        ),
        unrecorded=_READ,
        candles=lambda payload: payload["result"]["data"],
        high="h",
        time="t",
        native="BTC_USD",
        own_errors=True,
    ),
    "tickers": Recorded(
        r"api\.crypto\.com/exchange/v1/public/get-tickers",
        tickers,
        sound=answer(
            {"i": "BTC_USD", "a": "11", "c": "-0.015", "t": START},
            {"i": "ETH_USD", "a": "2", "c": "0", "t": START},
        ),
        unrecorded=_READ,
        own_errors=True,
    ),
    "markets": Recorded(
        r"api\.crypto\.com/exchange/v1/public/get-instruments",
        markets,
        sound=answer(
            instrument("BTC_USD", "CCY_PAIR", True), instrument("BCC_BTC", "CCY_PAIR", False)
        ),
        unrecorded=_READ,
        own_errors=True,
    ),
}
