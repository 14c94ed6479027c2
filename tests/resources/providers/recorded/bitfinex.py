"""What is recorded of bitfinex."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(time), *map(float, (first, high, low, last, volume)), None, None)
        for time, first, last, high, low, volume in sorted(payload)
    ]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (row[0], float(row[7]), None, row[6] * 100) for row in payload if row[0].startswith("t")
    ]


def markets(payload: Any, _: str) -> Rows:
    (pairs,) = payload
    return [
        (f"t{pair}", *(pair.split(":") if ":" in pair else (pair[:3], pair[3:]))) for pair in pairs
    ]


RECORDED = {
    "candles": Recorded(
        r"api(-pub)?\.bitfinex\.com/v2/candles/trade:\w+:t[\w:]+/hist",
        candles,
        sound=[[START, 10.5, 11, 12, 9.25, 3.5], [START + HOUR, 11, 11, 11, 11, 0.5]],
        high=3,
        native="tBTCUST",
    ),
    "tickers": Recorded(
        r"api(-pub)?\.bitfinex\.com/v2/tickers",
        tickers,
        sound=[
            ["tBTCUSD", 11, 1, 12, 1, -0.1, -0.015, 11, 5, 12, 10],
            ["fUSD", 1e-4, 1e-4, 30, 5.5, 1e-4, 2, 4.5, 1e-6, 0.01, 1e-4, 9.5],
        ],
        native="tBTCUSD",
    ),
    "markets": Recorded(
        r"api-pub\.bitfinex\.com/v2/conf/pub:list:pair:exchange",
        markets,
        sound=[["BTCUSD", "AVAX:USD"]],
    ),
}
