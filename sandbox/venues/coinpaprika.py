"""CoinPaprika: all coins in one list, with quotes by currency."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from resources.market import Asset
from sandbox.exchange import Ticker
from sandbox.families.coins import CoinVenue, change
from sandbox.families.exchange import Route
from sandbox.venue import Answer, RequestError

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
_TICKER = "/v1/tickers/"


class CoinPaprika(CoinVenue):
    def coin(self, asset: Asset) -> str:
        return _IDS.get(asset.ticker, f"{asset.ticker.lower()}-{asset.id}")

    def routes(self) -> Mapping[str, Route]:
        return {"/v1/tickers": self._all, "/v1/global": self._global}

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Answer:
        if not path.startswith(_TICKER):
            return super().answer(path, query, now)
        for coin, ticker in self.quoted([path.removeprefix(_TICKER)], now):
            row = _row(coin, ticker, 1, now)
            return Answer(row, rows=[row])
        raise RequestError(Answer({"error": "id not found"}, 404))

    def _all(self, query: Mapping[str, str], now: int) -> Answer:
        if query.get("quotes", "USD") != "USD":
            raise RequestError(Answer({"error": "invalid parameters"}, 400))
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
                "percent_change_24h": round(change(ticker), 2),
            }
        },
    }
