"""What is recorded of coinlore."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at

_CLIENTS = "on no recording; shape taken from public clients"


def tickers(payload: Any, _: str) -> Rows:
    time = at(payload["info"]["time"] * 1000)
    return [
        (coin["symbol"], float(coin["price_usd"]), time, float(coin["percent_change_24h"]))
        for coin in payload["data"]
    ]


def _coins(payload: Any, _: str) -> Rows:
    figures = ("price_usd", "market_cap_usd", "volume24", "csupply")
    changes = (f"percent_change_{time}" for time in ("1h", "24h", "7d"))
    names = (*figures, *changes)
    time = at(payload["info"]["time"] * 1000)
    return [
        (
            coin["symbol"],
            coin["symbol"],
            coin["name"],
            coin["rank"],
            *(None if coin[name] == "" else float(coin[name]) for name in names),
            time,
        )
        for coin in payload["data"]
    ]


def _totals(payload: Any, _: str) -> Rows:
    (told,) = payload
    shares = (float(told[name]) for name in ("btc_d", "eth_d"))
    sums = (told["total_mcap"], told["total_volume"])
    return [(*sums, *shares, told["coins_count"], float(told["mcap_change"]))]


RECORDED = {
    "page market": Recorded(
        r"api\.coinlore\.net/api/tickers/",
        _coins,
        sound={
            "data": [
                {
                    "id": "90",
                    "symbol": "BTC",
                    "name": "Bitcoin",
                    "nameid": "bitcoin",
                    "rank": 1,
                    "price_usd": "6456.52",
                    "percent_change_24h": "-1.47",
                    "percent_change_1h": "0.05",
                    "percent_change_7d": "-1.07",
                    "market_cap_usd": "111586042785.56",
                    "volume24": 3997655362.95,
                    "csupply": "",
                }
            ],
            "info": {"coins_num": 1969, "time": SECONDS},
        },
        unrecorded=_CLIENTS,
    ),
    "page market_totals": Recorded(
        r"api\.coinlore\.net/api/global/",
        _totals,
        sound=[
            {
                "coins_count": 6441,
                "active_markets": 17685,
                "total_mcap": 2499568847643.17,
                "total_volume": 172809052616.55,
                "btc_d": "43.86",
                "eth_d": "19.25",
                "mcap_change": "-4.25",
            }
        ],
        unrecorded=_CLIENTS,
    ),
    "tickers": Recorded(
        r"api\.coinlore\.net/api/tickers/",
        tickers,
        sound={
            "data": [
                {"id": "90", "symbol": "BTC", "price_usd": "6456.52", "percent_change_24h": "-1.47"}
            ],
            "info": {"coins_num": 1969, "time": SECONDS},
        },
        native="BTC",
        unrecorded=_CLIENTS,
    ),
}
