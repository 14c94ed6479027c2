"""What is recorded of coingecko."""

from datetime import datetime
from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at


def tickers(payload: Any, _: str) -> Rows:
    return [
        (
            coin,
            of.get("usd"),
            at(of["last_updated_at"] * 1000) if "last_updated_at" in of else None,
            of.get("usd_24h_change"),
        )
        for coin, of in payload.items()
    ]


def _coins(payload: Any, _: str) -> Rows:
    names = (
        "market_cap_rank",
        "current_price",
        "market_cap",
        "total_volume",
        "circulating_supply",
        "price_change_percentage_1h_in_currency",
        "price_change_percentage_24h",
        "price_change_percentage_7d_in_currency",
    )
    return [
        (
            coin["id"],
            coin["symbol"].upper(),
            coin["name"],
            *(coin.get(name) for name in names),
            datetime.fromisoformat(coin["last_updated"]),
        )
        for coin in payload
    ]


def _totals(payload: Any, _: str) -> Rows:
    told = payload["data"]
    return [
        (
            told["total_market_cap"]["usd"],
            told["total_volume"]["usd"],
            told["market_cap_percentage"]["btc"],
            told["market_cap_percentage"]["eth"],
            told["active_cryptocurrencies"],
            told["market_cap_change_percentage_24h_usd"],
        )
    ]


def _trending(payload: Any, _: str) -> Rows:
    rows: Rows = []
    for place, coin in enumerate(payload["coins"], 1):
        item = coin["item"]
        figures: tuple[Any, ...] = (None, None, None)
        if "data" in item:
            data = item["data"]
            volume = data["total_volume"].removeprefix("$").replace(",", "")
            figures = (data["price"], data["price_change_percentage_24h"]["usd"], float(volume))
        rank = item["market_cap_rank"]
        rows.append((item["id"], item["symbol"].upper(), item["name"], place, rank, *figures))
    return rows


RECORDED = {
    "page market": Recorded(
        r"api\.coingecko\.com/api/v3/coins/markets",
        _coins,
        sound=[
            {
                "id": "bitcoin",
                "symbol": "btc",
                "name": "Bitcoin",
                "current_price": 11.5,
                "market_cap": 230,
                "market_cap_rank": 1,
                "total_volume": 5,
                "circulating_supply": 20.0,
                "price_change_percentage_24h": -1.5,
                "price_change_percentage_1h_in_currency": 0.25,
                "price_change_percentage_7d_in_currency": None,
                "last_updated": "2026-07-11T09:45:01.651Z",
            }
        ],
    ),
    "page market_totals": Recorded(
        r"api\.coingecko\.com/api/v3/global",
        _totals,
        sound={
            "data": {
                "active_cryptocurrencies": 17480,
                "total_market_cap": {"usd": 2286.5, "eur": 2000.5},
                "total_volume": {"usd": 53.5},
                "market_cap_percentage": {"btc": 56.25, "eth": 9.5},
                "market_cap_change_percentage_24h_usd": -0.25,
            }
        },
        left_out={"coingecko/jkorf_GetGlobalData.json": "it is only what stands in `data`"},
    ),
    "page trending": Recorded(
        r"api\.coingecko\.com/api/v3/search/trending",
        _trending,
        sound={
            "coins": [
                {
                    "item": {
                        "id": "zano",
                        "name": "Zano",
                        "symbol": "ZANO",
                        "market_cap_rank": 204,
                        "data": {
                            "price": 9.5,
                            "total_volume": "$1,959,129",
                            "price_change_percentage_24h": {"usd": 13.25},
                        },
                    }
                },
                {
                    "item": {
                        "id": "sushi",
                        "name": "Sushi",
                        "symbol": "SUSHI",
                        "market_cap_rank": 53,
                    }
                },
            ]
        },
    ),
    "tickers": Recorded(
        r"(pro-)?api\.coingecko\.com/api/v3/simple/price/?",
        tickers,
        sound={"bitcoin": {"usd": 11.5, "usd_24h_change": -1.5, "last_updated_at": SECONDS}},
    ),
}
