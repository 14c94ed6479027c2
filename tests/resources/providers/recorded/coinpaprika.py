"""What is recorded of coinpaprika."""

from datetime import datetime
from typing import Any

from tests.resources.providers.recorded.base import Recorded, Rows

_READ = "on no recording; documentation read: https://www.mintlify.com/coinpaprika/coinpaprika-cli"


def tickers(payload: Any, _: str) -> Rows:
    rows = []
    for one in payload:
        usd = one["quotes"]["USD"]
        time = datetime.fromisoformat(one["last_updated"])
        rows.append((one["id"], usd["price"], time, usd["percent_change_24h"]))
    return rows


def _coins(payload: Any, _: str) -> Rows:
    rows = []
    for one in payload:
        usd = one["quotes"]["USD"]
        changes = (usd[f"percent_change_{time}"] for time in ("1h", "24h", "7d"))
        rows.append(
            (
                one["id"],
                one["symbol"],
                one["name"],
                one["rank"],
                usd["price"],
                usd["market_cap"],
                usd["volume_24h"],
                one["circulating_supply"],
                *changes,
                datetime.fromisoformat(one["last_updated"]),
            )
        )
    return rows


def _totals(payload: Any, _: str) -> Rows:
    return [
        (
            payload["market_cap_usd"],
            payload["volume_24h_usd"],
            payload["bitcoin_dominance_percentage"],
            None,
            payload["cryptocurrencies_number"],
            payload["market_cap_change_24h"],
        )
    ]


RECORDED = {
    "page market": Recorded(
        r"api\.coinpaprika\.com/v1/tickers",
        _coins,
        sound=[
            {
                "id": "btc-bitcoin",
                "name": "Bitcoin",
                "symbol": "BTC",
                "rank": 1,
                "circulating_supply": 17007062,
                "last_updated": "2018-11-14T07:20:41Z",
                "quotes": {
                    "USD": {
                        "price": 5162.15,
                        "volume_24h": 7304207651.15,
                        "market_cap": 91094433242,
                        "percent_change_1h": 0.24,
                        "percent_change_24h": -5.19,
                        "percent_change_7d": -19.8,
                    }
                },
            }
        ],
        unrecorded=_READ,
    ),
    "page market_totals": Recorded(
        r"api\.coinpaprika\.com/v1/global",
        _totals,
        sound={
            "market_cap_usd": 1584202638230,
            "volume_24h_usd": 147861236214,
            "bitcoin_dominance_percentage": 60.97,
            "cryptocurrencies_number": 2443,
            "market_cap_change_24h": 0.05,
            "last_updated": 1605698289,
        },
        unrecorded="on no recording; fields as its own client for Kotlin names them",
    ),
    "tickers": Recorded(
        r"api\.coinpaprika\.com/v1/tickers",
        tickers,
        sound=[
            {
                "id": "btc-bitcoin",
                "symbol": "BTC",
                "rank": 1,
                "last_updated": "2018-11-14T07:20:41Z",
                "quotes": {"USD": {"price": 5162.15, "percent_change_24h": -5.19}},
            }
        ],
        native="btc-bitcoin",
        unrecorded=_READ,
    ),
}
