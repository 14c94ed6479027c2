"""Independent Reserve: long names, bare numbers, hours back from now."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sandbox.exchange import Span
from sandbox.families.numbers import iso
from sandbox.families.routes import Route
from sandbox.families.spot import TICKERS, Spot
from sandbox.listings import Rules
from sandbox.model import Grid
from sandbox.venue import Answer, RequestError

_HOUR = 3_600_000
_PAGE = 240


class IndependentReserve(Spot):
    rules = Rules({"AUD": 0.4, "USD": 0.2}, share=0.005)
    content_type = "application/json; charset=utf-8"
    tickers = MappingProxyType({**TICKERS, "BTC": "XBT"})

    def spell(self, base: str, quote: str) -> str:
        return f"{base}-{quote}".lower()

    def routes(self, path: str) -> Route | None:
        return {
            "/Public/GetValidPrimaryCurrencyCodes": lambda _query, _now: self._codes(0),
            "/Public/GetValidSecondaryCurrencyCodes": lambda _query, _now: self._codes(1),
            "/Public/GetMarketSummary": self._ticker,
            "/Public/GetTradeHistorySummary": self._history,
        }.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        return RequestError(Answer({"Message": what}, status))

    def _codes(self, place: int) -> Answer:
        rows = sorted({self.pair(name)[place].capitalize() for name in self.source.listed})
        return Answer(rows)

    def _market(self, query: Mapping[str, str]) -> str:
        base, quote = query.get("primaryCurrencyCode", ""), query.get("secondaryCurrencyCode", "")
        return f"{base}-{quote}".lower()

    def _ticker(self, query: Mapping[str, str], now: int) -> Answer:
        (ticker,) = self.quotes(now, self._market(query))
        base, quote = self.pair(ticker.name)
        payload = {
            "DayHighestPrice": ticker.day.high,
            "DayLowestPrice": ticker.day.low,
            "DayAvgPrice": ticker.day.average,
            "DayVolumeXbt": ticker.day.volume,
            "CurrentLowestOfferPrice": ticker.last + ticker.tick,
            "CurrentHighestBidPrice": ticker.last,
            "LastPrice": ticker.last,
            "PrimaryCurrencyCode": base.capitalize(),
            "SecondaryCurrencyCode": quote.capitalize(),
            "CreatedTimestampUtc": iso(now, "microseconds"),
        }
        return Answer(payload, rows=[payload])

    def _history(self, query: Mapping[str, str], now: int) -> Answer:
        hours = min(self.number(query, "numberOfHoursInThePastToRetrieve") or 1, _PAGE)
        native = self._market(query)
        frame = self.source.candles(self.name(native), Grid(60), Span(None, None, hours), now)
        rows: list[Any] = [
            {
                "StartTimestampUtc": iso(row["open_time"], "seconds"),
                "EndTimestampUtc": iso(row["open_time"] + _HOUR, "seconds"),
                "OpeningSecondaryCurrencyPrice": row["open"],
                "HighestSecondaryCurrencyPrice": row["high"],
                "LowestSecondaryCurrencyPrice": row["low"],
                "ClosingSecondaryCurrencyPrice": row["close"],
                "AverageSecondaryCurrencyPrice": (row["high"] + row["low"]) / 2,
                "NumberOfTrades": row["trades"],
                "PrimaryCurrencyVolume": row["volume"],
                "SecondaryCurrencyVolume": row["quote_volume"],
            }
            for row in frame.iter_rows(named=True)
        ]
        base, _, quote = native.partition("-")
        payload = {
            "HistorySummaryItems": rows,
            "NumberOfHoursInThePastToRetrieve": hours,
            "PrimaryCurrencyCode": base.capitalize(),
            "SecondaryCurrencyCode": quote.capitalize(),
            "CreatedTimestampUtc": iso(now, "microseconds"),
        }
        return Answer(payload, rows=rows)


VENUE = IndependentReserve
