"""CoinCap v3: assets by id, numbers in strings."""

from collections.abc import Mapping
from functools import partial

from resources.market import Asset
from sandbox.families.coins import CoinVenue
from sandbox.families.numbers import text
from sandbox.families.routes import Route
from sandbox.venue import Answer
from sandbox.worth import worths

# Its ids by our tickers, where they are not ours.
_IDS = {
    "BNB": "binance-coin", "CRO": "crypto-com-coin", "CRV": "curve-dao-token",
    "DAI": "multi-collateral-dai", "EGLD": "elrond-egld", "HBAR": "hedera-hashgraph",
    "IMX": "immutable-x", "INJ": "injective-protocol", "LDO": "lido-dao", "LEO": "unus-sed-leo",
    "MATIC": "polygon", "NEAR": "near-protocol", "POL": "polygon-ecosystem-token",
    "RENDER": "render-token", "SNX": "synthetix-network-token", "TUSD": "trueusd",
}  # fmt: skip
_USUAL_PAGE = 100
_digits = partial(text, decimals=16)


class CoinCap(CoinVenue):
    def coin(self, asset: Asset) -> str:
        return _IDS.get(asset.ticker, asset.id)

    def routes(self, path: str) -> Route | None:
        return self._assets if path == "/v3/assets" else None

    def _assets(self, query: Mapping[str, str], now: int) -> Answer:
        told = list(enumerate(worths(self.source, self.coins, now), 1))
        if query.get("ids"):
            asked = query["ids"].split(",")
            told = [(rank, one) for rank, one in told if one.coin in asked]
        limit = query.get("limit", "")
        told = told[: int(limit) if limit.isdecimal() else _USUAL_PAGE]
        rows = [
            {
                "id": one.coin,
                "rank": str(rank),
                "symbol": one.symbol,
                "name": one.name,
                "supply": _digits(one.supply),
                "marketCapUsd": _digits(one.cap),
                "volumeUsd24Hr": _digits(one.volume),
                "priceUsd": _digits(one.price),
                "changePercent24Hr": _digits(one.change_24h),
            }
            for rank, one in told
        ]
        return Answer({"timestamp": now, "data": rows}, rows=rows)


VENUE = CoinCap
