"""What is recorded of deribit."""

from collections.abc import MutableSequence
from dataclasses import dataclass
from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://docs.deribit.com/api-reference/market-data"

COLUMNS = ("open", "high", "low", "close", "volume", "cost")


@dataclass
class Row:
    """One candle of an answer in columns, read and written as if it stood by itself."""

    columns: dict[str, MutableSequence[Any]]
    place: int

    def __getitem__(self, name: str) -> Any:
        return self.columns[name][self.place]

    def __setitem__(self, name: str, value: Any) -> None:
        self.columns[name][self.place] = value


def candles(payload: Any, _: str) -> Rows:
    result = payload["result"]
    columns = [map(float, result[name]) for name in COLUMNS]
    return [
        (at(tick), *values, None) for tick, *values in zip(result["ticks"], *columns, strict=True)
    ]


def funding(payload: Any, _: str) -> Rows:
    one = payload["result"]
    return [(one["instrument_name"], one["funding_8h"], 8.0, at(one["timestamp"]))]


def open_interest(payload: Any, _: str) -> Rows:
    one = payload["result"]
    dollars = one["open_interest"]
    return [(one["instrument_name"], dollars / one["mark_price"], dollars, at(one["timestamp"]))]


TICKER = {
    "jsonrpc": "2.0",
    "result": {
        "timestamp": START,
        "instrument_name": "BTC-PERPETUAL",
        "open_interest": 1132329370.0,
        "mark_price": 92281.78,
        "funding_8h": 0.00001742,
    },
}


def paid(payload: Any, market: str) -> Rows:
    rows = payload["result"]
    return [(market, one["interest_1h"], 1.0, at(one["timestamp"])) for one in rows]


RECORDED = {
    "perpetual candles": Recorded(
        r"www\.deribit\.com/api/v2/public/get_tradingview_chart_data",
        candles,
        sound={
            "jsonrpc": "2.0",
            "result": {
                "ticks": [START, START + HOUR],
                "open": [10.5, 11],
                "high": [12, 11],
                "low": [9.25, 11],
                "close": [11, 11],
                "volume": [3.5, 0],
                "cost": [37.5, 0],
                "status": "ok",
            },
        },
        examples=("deribit/nautilus_http_get_tradingview_chart_data.json",),
        candles=lambda payload: [Row(payload["result"], place) for place in range(2)],
        high="high",
        time="ticks",
        native="BTC-PERPETUAL",
        unrecorded=_READ,
    ),
    "perpetual funding": Recorded(
        r"www\.deribit\.com/api/v2/public/ticker",
        funding,
        sound=TICKER,
        native="BTC-PERPETUAL",
        unrecorded=_READ,
    ),
    "perpetual open_interest": Recorded(
        r"www\.deribit\.com/api/v2/public/ticker",
        open_interest,
        sound=TICKER,
        native="BTC-PERPETUAL",
        unrecorded=_READ,
    ),
    "perpetual funding_history": Recorded(
        r"www\.deribit\.com/api/v2/public/get_funding_rate_history",
        paid,
        sound={"jsonrpc": "2.0", "result": [{"timestamp": START, "interest_1h": -4.73e-8}]},
        native="BTC-PERPETUAL",
        unrecorded=_READ,
    ),
}
