"""What is recorded of zaif."""

from collections.abc import Mapping
from typing import Any

from tests.resources.providers.recorded.base import Recorded, Rows


def market_of(line: Mapping[str, str]) -> str:
    return line["path"].rpartition("/")[2]


def tickers(payload: Any, asked: str) -> Rows:
    return [(asked, payload["last"], None, None)]


def markets(payload: Any, _: str) -> Rows:
    return [
        (market["currency_pair"], *market["currency_pair"].upper().split("_")) for market in payload
    ]


RECORDED = {
    "tickers": Recorded(
        r"api\.zaif\.jp/api/1/ticker/[^/]+",
        tickers,
        sound={"last": 11.5, "high": 12.0, "low": 11.0},
        market_of=market_of,
        native="btc_jpy",
    ),
    "markets": Recorded(
        r"api\.zaif\.jp/api/1/currency_pairs/all",
        markets,
        sound=[{"name": "BTC/JPY", "currency_pair": "btc_jpy", "is_token": False}],
        unrecorded="on no recording and no documentation at hand: from knowledge",
    ),
}
