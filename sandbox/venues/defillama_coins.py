"""DefiLlama Coins: coins in the path, what it does not know is left out."""

from collections.abc import Sequence

from resources.market import Asset
from sandbox.families.coins import CoinVenue
from sandbox.families.routes import Route
from sandbox.venue import Answer
from sandbox.venues.coingecko import IDS

_CURRENT = "/prices/current/"
_BLOCK_SECONDS = 12
_LATEST = 2**40  # seconds, beyond all time
_FIRST_BLOCK = 1_438_269_973  # seconds since 1970, as if all blocks had come evenly


class DefillamaCoins(CoinVenue):
    def coin(self, asset: Asset) -> str | None:
        coin = IDS.get(asset.ticker)
        return coin and f"coingecko:{coin}"

    def routes(self, path: str) -> Route | None:
        if path.startswith("/block/ethereum/"):
            return lambda _query, _now: self._block(path.rpartition("/")[2])
        if path.startswith(_CURRENT):
            return lambda _query, now: self._prices(path.removeprefix(_CURRENT).split(","), now)
        return None

    def _prices(self, coins: Sequence[str], now: int) -> Answer:
        rows = {
            coin: {
                "price": ticker.last,
                "symbol": ticker.name.partition("/")[0],
                "timestamp": now // 1_000,
                "confidence": 0.99,
            }
            for coin, ticker in self.quoted(coins, now)
        }
        return Answer({"coins": rows}, rows=list(rows.values()))

    def _block(self, seconds: str) -> Answer:
        at = min(int(seconds), _LATEST) if seconds.isdecimal() else 0
        height = max(at - _FIRST_BLOCK, 0) // _BLOCK_SECONDS
        return Answer({"height": height, "timestamp": at})


VENUE = DefillamaCoins
