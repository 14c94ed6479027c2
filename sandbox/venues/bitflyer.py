"""bitFlyer: bare numbers, times without a zone."""

from collections.abc import Mapping

from sandbox.families.numbers import iso
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.venue import Answer, RequestError


class Bitflyer(Spot):
    rules = Rules({"JPY": 0.3, "BTC": 0.05}, share=0.02, least_decimals=0)

    def spell(self, base: str, quote: str) -> str:
        return f"{base}_{quote}"

    def routes(self, path: str) -> Route | None:
        return {
            "/v1/gethealth": lambda _query, _now: Answer({"status": "NORMAL"}),
            "/v1/getticker": self._ticker,
            "/v1/ticker": self._ticker,
            "/v1/getmarkets": self._markets,
            "/v1/markets": self._markets,
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        payload = {"status": -100, "error_message": what, "data": None}
        return RequestError(Answer(payload, status))

    def _ticker(self, query: Mapping[str, str], now: int) -> Answer:
        native = query.get("product_code", "BTC_JPY")
        (ticker,) = self.quotes(now, native)
        payload = {
            "product_code": native,
            "state": "RUNNING",
            "timestamp": iso(now, zone=""),
            "tick_id": now // 1000,
            "best_bid": ticker.last,
            "best_ask": ticker.last + ticker.tick,
            "ltp": ticker.last,
            "volume": ticker.day.volume * 2,
            "volume_by_product": ticker.day.volume,
        }
        return Answer(payload, rows=[payload])

    def _markets(self, _query: Mapping[str, str], _now: int) -> Answer:
        rows = [{"product_code": native, "market_type": "Spot"} for native in self.names]
        rows.append({"product_code": "FX_BTC_JPY", "market_type": "FX"})
        return Answer(rows, rows=rows)


VENUE = Bitflyer
