"""CoinPaprika: all coins in one list, with quotes by currency."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from resources.market import Asset
from sandbox.exchange import Ticker
from sandbox.families.coins import CoinVenue
from sandbox.families.numbers import percent
from sandbox.families.routes import Route
from sandbox.venue import Answer

# Where its id is not ticker and name, by our tickers.
_IDS = {
    "AAVE": "aave-new", "BNB": "bnb-binance-coin", "COMP": "comp-compoundd",
    "CRO": "cro-cryptocom-chain", "CRV": "crv-curve-dao-token", "EGLD": "egld-elrond",
    "GOMINING": "gmt-gomining-token", "HBAR": "hbar-hedera-hashgraph", "IMX": "imx-immutable-x",
    "INJ": "inj-injective-protocol", "IOTA": "miota-iota", "LDO": "ldo-lido-dao",
    "LUNA2": "luna-terra-v2", "MATIC": "matic-polygon", "NEAR": "near-near-protocol",
    "POL": "pol-polygon-ecosystem-token", "SNX": "snx-synthetix-network-token",
    "STEPN": "gmt-stepn", "THETA": "theta-theta-token", "TON": "toncoin-the-open-network",
    "TUSD": "tusd-trueusd", "USTC": "ust-terrausd",
}  # fmt: skip


class CoinPaprika(CoinVenue):
    def coin(self, asset: Asset) -> str:
        return _IDS.get(asset.ticker, f"{asset.ticker.lower()}-{asset.id}")

    def routes(self, path: str) -> Route | None:
        match path.removeprefix("/v1/").split("/"):
            case ["tickers"]:
                return self._all
            case ["tickers", coin]:
                return lambda _query, now: self._one(coin, now)
            case ["global"]:
                return self._global
        return None

    def _one(self, coin: str, now: int) -> Answer:
        for _, ticker in self.quoted([coin], now):
            row = _row(coin, ticker, 1, now)
            return Answer(row, rows=[row])
        raise self.error("id not found", 404)

    def _all(self, query: Mapping[str, str], now: int) -> Answer:
        if query.get("quotes", "USD") != "USD":
            raise self.error("invalid parameters")
        quoted = self.quoted(list(self.coins), now)
        rows = [_row(coin, ticker, rank, now) for rank, (coin, ticker) in enumerate(quoted, 1)]
        return Answer(rows, rows=rows)

    def _global(self, query: Mapping[str, str], now: int) -> Answer:
        del query
        return Answer({"cryptocurrencies_number": len(self.coins), "last_updated": now // 1_000})


VENUE = CoinPaprika


def _row(coin: str, ticker: Ticker, rank: int, now: int) -> dict[str, Any]:
    moment = datetime.fromtimestamp(now // 1_000, UTC)
    return {
        "id": coin,
        "symbol": ticker.name.partition("/")[0],
        "rank": rank,
        "last_updated": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "quotes": {
            "USD": {
                "price": ticker.last,
                "volume_24h": ticker.day.quote_volume,
                "percent_change_24h": round(percent(ticker), 2),
            }
        },
    }
