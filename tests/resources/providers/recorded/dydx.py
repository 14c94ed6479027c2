"""What is recorded of dydx."""

from datetime import datetime
from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_CLIENTS = "on no recording; shape taken from public clients"


def iso(ms: int) -> str:
    return at(ms).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def candles(payload: Any, _: str) -> Rows:
    return sorted(
        (
            datetime.fromisoformat(row["startedAt"]),
            *(float(row[name]) for name in ("open", "high", "low", "close", "baseTokenVolume")),
            float(row["usdVolume"]),
            row["trades"],
        )
        for row in payload["candles"]
    )


def funding(payload: Any, _: str) -> Rows:
    return [
        (one["ticker"], float(one["nextFundingRate"]), 1.0, None)
        for one in payload["markets"].values()
    ]


def open_interest(payload: Any, _: str) -> Rows:
    rows = []
    for one in payload["markets"].values():
        amount = float(one["openInterest"])
        rows.append((one["ticker"], amount, amount * float(one["oraclePrice"]), None))
    return rows


def candle(opened: int, opening: str, high: str, low: str, volume: str) -> dict[str, Any]:
    return {
        "startedAt": iso(opened),
        "ticker": "BTC-USD",
        "resolution": "1HOUR",
        "low": low,
        "high": high,
        "open": opening,
        "close": "11",
        "baseTokenVolume": volume,
        "usdVolume": "37.5",
        "trades": 42,
    }


MARKETS = {
    "markets": {
        "BTC-USD": {
            "ticker": "BTC-USD",
            "status": "ACTIVE",
            "oraclePrice": "118976.5376",
            "nextFundingRate": "0.0000125",
            "openInterest": "52.0691",
        }
    }
}


def paid(payload: Any, _: str) -> Rows:
    return [
        (one["ticker"], float(one["rate"]), 1.0, datetime.fromisoformat(one["effectiveAt"]))
        for one in payload["historicalFunding"]
    ]


RECORDED = {
    "perpetual candles": Recorded(
        r"indexer\.dydx\.trade/v4/candles/perpetualMarkets/[^/]+",
        candles,
        sound={
            "candles": [
                candle(START + HOUR, "11", "11", "11", "0"),
                candle(START, "10.5", "12", "9.25", "3.5"),
            ]
        },
        candles=lambda payload: payload["candles"],
        high="high",
        time="startedAt",
        native="BTC-USD",
        unrecorded=_CLIENTS,
    ),
    "perpetual funding": Recorded(
        r"indexer\.dydx\.trade/v4/perpetualMarkets",
        funding,
        sound=MARKETS,
        native="BTC-USD",
        unrecorded=_CLIENTS,
    ),
    "perpetual open_interest": Recorded(
        r"indexer\.dydx\.trade/v4/perpetualMarkets",
        open_interest,
        sound=MARKETS,
        native="BTC-USD",
        unrecorded=_CLIENTS,
    ),
    "perpetual funding_history": Recorded(
        r"indexer\.dydx\.trade/v4/historicalFunding/[^/]+",
        paid,
        sound={
            "historicalFunding": [
                {"ticker": "BTC-USD", "rate": "0.000002375", "effectiveAt": iso(START)}
            ]
        },
        native="BTC-USD",
        unrecorded=_CLIENTS,
    ),
}
