"""Phemex: prices and volumes as whole numbers, 100,000,000 times what they are; times in ns."""

from collections.abc import Mapping
from typing import Any

from sandbox.exchange import Ticker
from sandbox.families.spot import Handler, Spot
from sandbox.listings import Rules
from sandbox.venue import Answer, RequestError

_SCALE = 100_000_000


class Phemex(Spot):
    rules = Rules({"USDT": 0.6, "USDC": 0.1}, share=0.02)

    def spell(self, base: str, quote: str) -> str:
        return f"s{base}{quote}"

    def routes(self, path: str) -> Handler | None:
        return {
            "/public/time": lambda _query, now: _answer({"serverTime": now}),
            "/md/spot/ticker/24hr": self._one,
            "/md/spot/ticker/24hr/all": self._all,
            "/exchange/public/cfg/v2/products": self._products,
        }.get(path)

    def error(self, message: str, status: int = 200) -> RequestError:
        error = {"code": 6001, "message": message}
        return RequestError(Answer({"error": error, "id": None, "result": None}, status))

    def _one(self, query: Mapping[str, str], now: int) -> Answer:
        native = query.get("symbol", "")
        row = _ticker(native, self.quotes(now, native)[0], now)
        return Answer({"error": None, "id": 0, "result": row}, rows=[row])

    def _all(self, _query: Mapping[str, str], now: int) -> Answer:
        rows = [_ticker(self.native(t.name), t, now) for t in self.quotes(now)]
        return Answer({"error": None, "id": 0, "result": rows}, rows=rows)

    def _products(self, _query: Mapping[str, str], _now: int) -> Answer:
        rows: list[Any] = [
            {
                "symbol": native,
                "displaySymbol": " / ".join(self.pair(name)),
                "quoteCurrency": self.pair(name)[1],
                "type": "Spot",
                "baseCurrency": self.pair(name)[0],
                "status": "Listed",
            }
            for native, name in self.names.items()
        ]
        perpetual = {"symbol": "BTCUSD", "type": "Perpetual", "status": "Listed"}
        return _answer({"ratioScale": 8, "currencies": [], "products": [perpetual, *rows]})


def _answer(data: Any) -> Answer:
    return Answer({"code": 0, "msg": "OK", "data": data})


def _ticker(native: str, ticker: Ticker, now: int) -> dict[str, Any]:
    day = ticker.day
    prices = {"open": day.open, "high": day.high, "low": day.low, "last": ticker.last}
    prices |= {"bid": ticker.last, "ask": ticker.last + ticker.tick}
    return {
        **{f"{name}Ep": round(price * _SCALE) for name, price in prices.items()},
        "symbol": native,
        "turnoverEv": round(day.quote_volume * _SCALE),
        "volumeEv": round(day.volume * _SCALE),
        "timestamp": now * 1_000_000,
    }


VENUE = Phemex
