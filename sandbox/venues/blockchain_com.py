"""Blockchain.com's exchange: all tickers as a list, all markets as one object."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.exchange import Ticker
from sandbox.families.exchange import Route, Spot, split
from sandbox.listings import Rules
from sandbox.model import Grid
from sandbox.venue import Answer, RequestError

_TICKERS, _BOOK = "/v3/exchange/tickers", "/v3/exchange/l2/"


class BlockchainCom(Spot):
    rules = Rules({"USD": 0.5, "EUR": 0.2, "GBP": 0.2, "USDT": 0.4}, share=0.002)
    grids: ClassVar[Mapping[str, Grid]] = {}

    def native(self, name: str) -> str:
        return "-".join(split(name, {"LUNA2": "LUNA", "STEPN": "GMT"}))

    def routes(self) -> Mapping[str, Route]:
        return {_TICKERS: self._all, "/v3/exchange/symbols": self._symbols}

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Answer:
        if path.startswith(f"{_TICKERS}/"):
            (ticker,) = self.tickers(path.removeprefix(f"{_TICKERS}/"), now)
            row = self._row(ticker)
            return Answer(row, rows=[row])
        if path.startswith(_BOOK):
            return self._book(path.removeprefix(_BOOK), now)
        return super().answer(path, query, now)

    def wrong(self, text: str) -> RequestError:
        status = 404 if text in ("path", "symbol") else 400
        error = {"timestamp": 0, "status": status, "error": "Not Found", "message": text}
        return RequestError(Answer(error, status))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        headers = {"retry-after": str(wait)} if wait else {}
        return Answer({"timestamp": now, "status": status}, status, headers=headers)

    def _all(self, query: Mapping[str, str], now: int) -> Answer:
        del query
        rows = [self._row(ticker) for ticker in self.tickers(None, now)]
        return Answer(rows, rows=rows)

    def _row(self, ticker: Ticker) -> dict[str, Any]:
        return {
            "symbol": self.native(ticker.name),
            "price_24h": ticker.day.open,
            "volume_24h": ticker.day.volume,
            "last_trade_price": ticker.last,
        }

    def _book(self, native: str, now: int) -> Answer:
        (ticker,) = self.tickers(native, now)
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
