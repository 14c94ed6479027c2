"""CoinPaprika: all coins in one list, with quotes by currency."""

from collections.abc import Mapping
from typing import Any

from resources.market import Asset
from sandbox.families.coins import CoinVenue
from sandbox.families.numbers import iso
from sandbox.families.routes import Route
from sandbox.venue import Answer
from sandbox.worth import Worth, total, worths

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
    "CFX": "cfx-conflux-network", "FLOKI": "floki-floki-inu", "FLR": "flr-flare-network",
    "GT": "gt-gatechain-token", "JUP": "jup-jupiter-exchange-token",
    "RENDER": "rndr-render-token", "WIF": "wif-dogwifcoin",
    "WLFI": "wlfi-official-world-liberty-financial",
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
        for rank, one in enumerate(worths(self.source, self.coins, now), 1):
            if one.coin == coin:
                row = _row(one, rank, now)
                return Answer(row, rows=[row])
        raise self.error("id not found", 404)

    def _all(self, query: Mapping[str, str], now: int) -> Answer:
        if query.get("quotes", "USD") != "USD":
            raise self.error("invalid parameters")
        told = worths(self.source, self.coins, now)
        rows = [_row(one, rank, now) for rank, one in enumerate(told, 1)]
        return Answer(rows, rows=rows)

    def _global(self, query: Mapping[str, str], now: int) -> Answer:
        del query
        sums = total(worths(self.source, self.coins, now))
        told = {
            "market_cap_usd": round(sums.cap),
            "volume_24h_usd": round(sums.volume),
            "bitcoin_dominance_percentage": round(sums.btc, 2),
            "cryptocurrencies_number": sums.coins,
            "market_cap_change_24h": round(sums.change_24h, 2),
            "last_updated": now // 1_000,
        }
        return Answer(told, rows=[told])


VENUE = CoinPaprika


def _row(one: Worth, rank: int, now: int) -> dict[str, Any]:
    return {
        "id": f"{one.symbol.lower()}-{one.coin}" if one.wrapped else one.coin,
        "name": one.name,
        "symbol": one.symbol,
        "rank": rank,
        "circulating_supply": round(one.supply),
        "last_updated": iso(now, "seconds"),
        "quotes": {
            "USD": {
                "price": one.price,
                "volume_24h": one.volume,
                "market_cap": round(one.cap),
                "percent_change_1h": round(one.change_1h, 2),
                "percent_change_24h": round(one.change_24h, 2),
                "percent_change_7d": round(one.change_7d, 2),
            }
        },
    }
