"""What is recorded of hyperliquid."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://hyperliquid.gitbook.io"
_CLIENTS = "on no recording; shape taken from public clients"

# All questions go to one address; those that are recorded are others.
ADDRESS = r"api\.hyperliquid\.xyz/info"
OTHERS = {
    f"hyperliquid/info{number}.json": "the answer to another question"
    for number in ("", "__2", "__3", "__4", "__5", "__6")
}


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(row["t"]), *(float(row[name]) for name in "ohlcv"), None, row["n"]) for row in payload
    ]


def funding(payload: Any, _: str) -> Rows:
    meta, contexts = payload
    pairs = zip(meta["universe"], contexts, strict=True)
    return [(coin["name"], float(one["funding"]), 1.0, None) for coin, one in pairs]


def open_interest(payload: Any, _: str) -> Rows:
    meta, contexts = payload
    rows = []
    for coin, one in zip(meta["universe"], contexts, strict=True):
        amount = float(one["openInterest"])
        rows.append((coin["name"], amount, amount * float(one["markPx"]), None))
    return rows


def candle(opened: int, opening: str, high: str, low: str, volume: str) -> dict[str, Any]:
    return {
        "t": opened,
        "T": opened + HOUR - 1,
        "s": "BTC",
        "i": "1h",
        "o": opening,
        "c": "11",
        "h": high,
        "l": low,
        "v": volume,
        "n": 42,
    }


CONTEXTS = [
    {"universe": [{"name": "BTC", "szDecimals": 5}, {"name": "OLD", "isDelisted": True}]},
    [
        {"funding": "0.0000125", "openInterest": "25000.5", "markPx": "65000.0"},
        {"funding": "0.0", "openInterest": "0.0", "markPx": "1.0"},
    ],
]


def paid(payload: Any, _: str) -> Rows:
    return [(one["coin"], float(one["fundingRate"]), 1.0, at(one["time"])) for one in payload]


RECORDED = {
    "perpetual candles": Recorded(
        ADDRESS,
        candles,
        sound=[
            candle(START, "10.5", "12", "9.25", "3.5"),
            candle(START + HOUR, "11", "11", "11", "0"),
        ],
        left_out=OTHERS,
        high="h",
        time="t",
        native="BTC",
        unrecorded=_READ,
    ),
    "perpetual funding": Recorded(
        ADDRESS, funding, sound=CONTEXTS, left_out=OTHERS, native="BTC", unrecorded=_CLIENTS
    ),
    "perpetual open_interest": Recorded(
        ADDRESS, open_interest, sound=CONTEXTS, left_out=OTHERS, native="BTC", unrecorded=_CLIENTS
    ),
    "perpetual funding_history": Recorded(
        ADDRESS,
        paid,
        sound=[{"coin": "BTC", "fundingRate": "-0.00022196", "time": START}],
        left_out=OTHERS,
        native="BTC",
        unrecorded=_CLIENTS,
    ),
}
