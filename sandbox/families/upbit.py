"""The wire format of Upbit and Bithumb: bare numbers, candles newest first."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.exchange import Span, Ticker
from sandbox.families.numbers import iso
from sandbox.families.routes import Route
from sandbox.families.spot import Spot
from sandbox.model import DAY, MINUTE, Grid
from sandbox.venue import Answer, RequestError

_SEOUL = 9 * 3_600_000
_PAGE = 200
_CHANGE = {1: "RISE", 0: "EVEN", -1: "FALL"}
MINUTES = {f"minutes/{unit}": Grid(unit) for unit in (1, 3, 5, 10, 15, 30, 60)}
UTC_GRIDS = {
    "minutes/240": Grid(240),
    "days": Grid(DAY),
    "weeks": Grid(7 * DAY, 4 * DAY),
}


class UpbitLike(Spot):
    """`grids` are its candles by the end of their path, `ahead` how far the clock that `to` is
    read by is ahead of UTC, in ms."""

    content_type = "application/json;charset=utf-8"
    grids = MINUTES
    ahead = 0

    def spell(self, base: str, quote: str) -> str:
        return f"{quote}-{base}"

    def routes(self, path: str) -> Route | None:
        if path.startswith("/v1/candles/"):
            unit = path.removeprefix("/v1/candles/")
            return lambda query, now: self._candles(unit, query, now)
        return {"/v1/ticker": self._tickers, "/v1/market/all": self._markets}.get(path)

    def error(self, what: str, status: int = 400) -> RequestError:
        status = 404 if what == "symbol" else status
        return RequestError(Answer({"error": {"name": status, "message": what}}, status))

    def _candles(self, unit: str, query: Mapping[str, str], now: int) -> Answer:
        native, grid = query.get("market"), self.grid(unit)
        to = self._to(query["to"]) if query.get("to") else now + 1
        count = min(self.number(query, "count") or 1, _PAGE)
        frame = self.source.candles(
            self.name(native), grid, Span(None, min(to, now + 1) - 1, count), now
        )
        rows: list[Any] = [
            {
                "market": native,
                "candle_date_time_utc": iso(row["open_time"], "seconds", ""),
                "candle_date_time_kst": iso(row["open_time"] + _SEOUL, "seconds", ""),
                "opening_price": row["open"],
                "high_price": row["high"],
                "low_price": row["low"],
                "trade_price": row["close"],
                "timestamp": min(row["open_time"] + grid.width * MINUTE, now),
                "candle_acc_trade_price": row["quote_volume"],
                "candle_acc_trade_volume": row["volume"],
            }
            for row in frame.reverse().iter_rows(named=True)
        ]
        return Answer(rows, rows=rows)

    def _to(self, text: str) -> int:
        try:
            at = datetime.fromisoformat(text)
            zoned = at if at.tzinfo else at.replace(tzinfo=UTC) - timedelta(milliseconds=self.ahead)
            return int(zoned.timestamp() * 1_000)
        except (ValueError, OverflowError):
            raise self.error("Invalid parameter. Check the given value!") from None

    def _tickers(self, query: Mapping[str, str], now: int) -> Answer:
        natives = query.get("markets", "").split(",")
        rows = [self._ticker(ticker, now) for ticker in self.quotes(now, *natives)]
        return Answer(rows, rows=rows)

    def _ticker(self, ticker: Ticker, now: int) -> dict[str, Any]:
        today = ticker.today
        change = ticker.last - today.open
        return {
            "market": self.native(ticker.name),
            "trade_timestamp": now - 400,
            "opening_price": today.open,
            "high_price": today.high,
            "low_price": today.low,
            "trade_price": ticker.last,
            "prev_closing_price": today.open,
            "change": _CHANGE[(change > 0) - (change < 0)],
            "signed_change_price": change,
            "signed_change_rate": change / today.open,
            "acc_trade_price_24h": ticker.day.quote_volume,
            "acc_trade_volume_24h": ticker.day.volume,
            "timestamp": now,
        }

    def _markets(self, _query: Mapping[str, str], _now: int) -> Answer:
        rows = [
            {"market": native, "korean_name": name, "english_name": name}
            for native, name in self.names.items()
        ]
        return Answer(rows, rows=rows)
