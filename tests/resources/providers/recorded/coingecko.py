"""What is recorded of coingecko."""

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


RECORDED = {
    "tickers": Recorded(
        r"(pro-)?api\.coingecko\.com/api/v3/simple/price/?",
        tickers,
        sound={"bitcoin": {"usd": 11.5, "usd_24h_change": -1.5, "last_updated_at": SECONDS}},
    ),
}
