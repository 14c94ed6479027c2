"""Blockchain.com's exchange: all tickers as a list, all markets as one object."""

from collections.abc import Mapping
from typing import Any

from sandbox.exchange import Ticker
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.listings import Rules
from sandbox.venue import Answer, RequestError


class BlockchainCom(Spot):
    rules = Rules({"USD": 0.5, "EUR": 0.2, "GBP": 0.2, "USDT": 0.4}, share=0.002)

    def spell(self, base: str, quote: str) -> str:
        return f"{base}-{quote}"

    def routes(self, path: str) -> Route | None:
        match path.removeprefix("/v3/exchange/").split("/"):
            case ["tickers"]:
                return self._all
            case ["tickers", native]:
                return lambda _query, now: self._one(native, now)
            case ["l2", native]:
                return lambda _query, now: self._book(native, now)
            case ["symbols"]:
                return self._symbols
        return None

    def error(self, what: str, status: int = 400) -> RequestError:
        status = 404 if what == "symbol" else status
        error = {"timestamp": 0, "status": status, "error": "Not Found", "message": what}
        return RequestError(Answer(error, status))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        headers = {"retry-after": str(wait)} if wait else {}
        return Answer({"timestamp": now, "status": status}, status, headers=headers)

    def _all(self, query: Mapping[str, str], now: int) -> Answer:
        del query
        rows = [self._row(ticker) for ticker in self.quotes(now)]
        return Answer(rows, rows=rows)

    def _one(self, native: str, now: int) -> Answer:
        row = self._row(self.quotes(now, native)[0])
        return Answer(row, rows=[row])

    def _row(self, ticker: Ticker) -> dict[str, Any]:
        return {
            "symbol": self.native(ticker.name),
            "price_24h": ticker.day.open,
            "volume_24h": ticker.day.volume,
            "last_trade_price": ticker.last,
        }

    def _book(self, native: str, now: int) -> Answer:
        (ticker,) = self.quotes(now, native)
        size = ticker.day.volume / 2_000
        bids = [{"px": ticker.last, "qty": size, "num": 1}]
        asks = [{"px": ticker.last + ticker.tick, "qty": size, "num": 1}]
        return Answer({"symbol": native, "bids": bids, "asks": asks}, rows=[*bids, *asks])

    def _symbols(self, query: Mapping[str, str], now: int) -> Answer:
        del query, now
        payload = {}
        for name in self.source.listed:
            base, quote = self.native(name).split("-")
            payload[f"{base}-{quote}"] = {
                "base_currency": base,
                "base_currency_scale": 8,
                "counter_currency": quote,
                "counter_currency_scale": 2,
                "status": "open",
            }
        return Answer(payload, rows=list(payload.values()))


VENUE = BlockchainCom
