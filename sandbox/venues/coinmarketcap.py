"""CoinMarketCap: its own index of fear and greed, a little calmer than others, and what it lists."""

from collections.abc import Mapping
from typing import Any

from sandbox.exchange import Ticker
from sandbox.families.numbers import iso, percent
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.mood import mood
from sandbox.venue import Answer, RequestError

_DAY = 86_400_000
_FIRST = 1_687_996_800_000  # 2023-06-29
_MOST = 500
_CLASSES = ((20, "Extreme fear"), (40, "Fear"), (60, "Neutral"), (80, "Greed"))


class CoinMarketCap(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        return {
            "/v1/key/info": self._key,
            "/v3/fear-and-greed/historical": self._history,
            "/v3/fear-and-greed/latest": self._latest,
            "/v1/cryptocurrency/listings/latest": self._listings,
            "/v2/cryptocurrency/quotes/latest": self._quotes,
            "/v1/global-metrics/quotes/latest": self._market,
        }.get(path)

    def _history(self, query: Mapping[str, str], now: int) -> Answer:
        start, limit = (_whole(query.get(name, d)) for name, d in (("start", "1"), ("limit", "50")))
        if not start or not limit or limit > _MOST:
            raise self.error('"start" and "limit" must be larger than or equal to 1')
        today = now // _DAY * _DAY
        held = (today - _FIRST) // _DAY + 1
        days = [
            _day(today - back * _DAY) for back in range(start - 1, min(start - 1 + limit, held))
        ]
        return _answer(days, now, days)

    def _latest(self, _: Mapping[str, str], now: int) -> Answer:
        day = _day(now // _DAY * _DAY)
        told = {name: day[name] for name in ("value", "value_classification")}
        return _answer({**told, "update_time": iso(now)}, now, [told])

    def _listings(self, query: Mapping[str, str], now: int) -> Answer:
        count = _whole(query.get("limit", "100")) or 100
        names = list(self.source.listed)[:count]
        tickers = self.source.tickers(names, now)
        rows = [_coin(place, ticker) for place, ticker in enumerate(tickers, 1)]
        return _answer(rows, now, rows)

    def _quotes(self, query: Mapping[str, str], now: int) -> Answer:
        names = [f"{symbol}/USD" for symbol in query.get("symbol", "").split(",")]
        if not all(name in self.source.listed for name in names):
            raise self.error('Invalid value for "symbol"')
        coins = [_coin(1, ticker) for ticker in self.source.tickers(names, now)]
        return _answer({coin["symbol"]: [coin] for coin in coins}, now, coins)

    def _market(self, _: Mapping[str, str], now: int) -> Answer:
        tickers = self.source.tickers(list(self.source.listed), now)
        volume = sum(ticker.day.quote_volume for ticker in tickers)
        told = {"active_cryptocurrencies": len(tickers), "total_volume_24h": volume}
        return _answer({"quote": {"USD": told}}, now, [told])

    def _key(self, _: Mapping[str, str], now: int) -> Answer:
        return _answer({"plan": {"credit_limit_monthly": 10_000}, "usage": {}}, now, [])

    def error(self, what: str, status: int = 400) -> RequestError:
        told = {"error_code": str(status), "error_message": what, "credit_count": 0}
        return RequestError(Answer({"status": told}, status))


VENUE = CoinMarketCap


def _answer(data: Any, now: int, rows: list[Any]) -> Answer:
    status = {
        "timestamp": iso(now),
        "error_code": "0",
        "error_message": "",
        "elapsed": 10,
        "credit_count": 1,
    }
    return Answer({"data": data, "status": status}, rows=rows)


def _day(at: int) -> dict[str, Any]:
    value = round(100 * (0.1 + 0.4 * (mood(at) + mood(at - _DAY))))
    name = next((name for end, name in _CLASSES if value < end), "Extreme greed")
    return {"timestamp": str(at // 1000), "value": value, "value_classification": name}


def _coin(rank: int, ticker: Ticker) -> dict[str, Any]:
    symbol = ticker.name.partition("/")[0]
    quote = {
        "price": ticker.last,
        "volume_24h": ticker.day.quote_volume,
        "percent_change_24h": percent(ticker),
    }
    return {"id": rank, "symbol": symbol, "cmc_rank": rank, "quote": {"USD": quote}}


def _whole(text: str) -> int:
    """What it cannot read it takes for nothing."""
    return int(text) if text.isdecimal() else 0
