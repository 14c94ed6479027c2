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


RECORDED = {
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
