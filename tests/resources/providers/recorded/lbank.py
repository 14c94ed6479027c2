"""What is recorded of lbank: only of a former version."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, START, Recorded, Rows, at

_READ = (
    "on no recording; documentation read: https://github.com/LBank-exchange/lbank-official-api-docs"
)


def candles(payload: Any, _: str) -> Rows:
    return [(at(time * 1000), *map(float, values), None, None) for time, *values in payload["data"]]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (
            t["symbol"],
            float(t["ticker"]["latest"]),
            at(t["timestamp"]),
            float(t["ticker"]["change"]),
        )
        for t in payload["data"]
    ]


def markets(payload: Any, _: str) -> Rows:
    return [(name, *name.upper().split("_")) for name in payload["data"]]


def sound(data: Any) -> dict[str, Any]:
    return {"result": "true", "data": data, "error_code": 0, "ts": START}


RECORDED = {
    "candles": Recorded(
        r"api\.lbkex\.com/v2/kline\.do",
        candles,
        sound=sound([[SECONDS, 10.5, 12, 9.25, 11, 3.5], [SECONDS + 3600, 11, 11, 11, 11, 0]]),
        candles=lambda payload: payload["data"],
        native="btc_usdt",
        own_errors=True,
        unrecorded=_READ,
    ),
    "tickers": Recorded(
        r"api\.lbkex\.com/v2/ticker/24hr\.do",
        tickers,
        sound=sound(
            [
                {
                    "symbol": "btc_usdt",
                    "ticker": {"latest": "11", "change": "-1.5"},
                    "timestamp": START,
                }
            ]
        ),
        native="btc_usdt",
        own_errors=True,
        unrecorded=_READ,
    ),
    "markets": Recorded(
        r"api\.lbkex\.com/v2/currencyPairs\.do",
        markets,
        sound=sound(["btc_usdt", "eth_btc"]),
        own_errors=True,
        unrecorded=_READ,
    ),
}
