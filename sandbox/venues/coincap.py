"""CoinCap v3: assets by id, numbers in strings."""

from collections.abc import Mapping

from resources.market import Asset
from sandbox.families.coins import CoinVenue
from sandbox.families.numbers import percent
from sandbox.families.routes import Route
from sandbox.venue import Answer

# Its ids by our tickers, where they are not ours.
_IDS = {
    "BNB": "binance-coin", "CRO": "crypto-com-coin", "CRV": "curve-dao-token",
    "DAI": "multi-collateral-dai", "EGLD": "elrond-egld", "HBAR": "hedera-hashgraph",
    "IMX": "immutable-x", "INJ": "injective-protocol", "LDO": "lido-dao", "MATIC": "polygon",
    "NEAR": "near-protocol", "POL": "polygon-ecosystem-token", "RENDER": "render-token",
    "SNX": "synthetix-network-token", "TUSD": "trueusd",
}  # fmt: skip
_USUAL_PAGE = 100


class CoinCap(CoinVenue):
    def coin(self, asset: Asset) -> str:
        return _IDS.get(asset.ticker, asset.id)

    def routes(self, path: str) -> Route | None:
        return self._assets if path == "/v3/assets" else None

    def _assets(self, query: Mapping[str, str], now: int) -> Answer:
        asked = query["ids"].split(",") if query.get("ids") else list(self.coins)
        limit = query.get("limit", "")
        asked = asked[: int(limit) if limit.isdecimal() else _USUAL_PAGE]
        rows = [
            {
                "id": coin,
                "rank": str(rank),
                "symbol": ticker.name.partition("/")[0],
                "volumeUsd24Hr": f"{ticker.day.quote_volume:.16f}",
                "priceUsd": f"{ticker.last:.16f}",
                "changePercent24Hr": f"{percent(ticker):.16f}",
            }
            for rank, (coin, ticker) in enumerate(self.quoted(asked, now), 1)
        ]
        return Answer({"timestamp": now, "data": rows}, rows=rows)


VENUE = CoinCap
