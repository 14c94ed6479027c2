"""Kraken spot: answers and errors both come as 200, and every asset has up to three names."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from sandbox.exchange import Source, Span, Stats, Ticker
from sandbox.listings import Rules
from sandbox.model import Grid
from sandbox.venue import Answer, RequestError, Venue

# Minutes. Weeks and half months count from 1970-01-01, so that a week opens on a Thursday.
_WIDTHS = ("1", "5", "15", "30", "60", "240", "1440", "10080", "21600")
_LATEST = 2**40  # seconds, beyond all time
_PAGE = 720  # closed candles; the forming one comes on top
_ALTNAMES = {
    "BTC": "XBT",
    "DOGE": "XDG",
    "LUNC": "LUNA",
    "USTC": "UST",
    "STEPN": "GMT",
    "BEAMX": "BEAM",
}
# Names that people type and Kraken never writes in the old form.
_DISPLAY = {"BTC": "BTC", "DOGE": "DOGE"}
_OLD_COINS = ("BTC", "DOGE", "ETC", "ETH", "LTC", "MLN", "REP", "XLM", "XMR", "XRP", "ZEC")
_OLD_CURRENCIES = ("USD", "EUR", "GBP", "JPY", "CAD", "AUD")
_FEES = [[0, 0.4], [10_000, 0.35], [50_000, 0.24], [100_000, 0.22], [250_000, 0.2], [500_000, 0.18]]
_MAKER_FEES = [
    [0, 0.25],
    [10_000, 0.2],
    [50_000, 0.14],
    [100_000, 0.12],
    [250_000, 0.1],
    [500_000, 0.08],
]
_PAIR = {
    "aclass_base": "currency",
    "aclass_quote": "currency",
    "lot": "unit",
    "cost_decimals": 5,
    "lot_decimals": 8,
    "lot_multiplier": 1,
    "leverage_buy": [2, 3],
    "leverage_sell": [2, 3],
    "fees": _FEES,
    "fees_maker": _MAKER_FEES,
    "margin_call": 80,
    "margin_stop": 40,
    "costmin": "0.5",
    "status": "online",
    "long_position_limit": 80,
    "short_position_limit": 80,
}


class Kraken(Venue):
    rules = Rules(
        {"USD": 0.8, "USDT": 0.15},
        share=0.04,
        least_decimals=1,
        most_decimals=10,
        absent=("LUNA2", "USTC", "FTM", "MATIC", "EOS", "FTT", "BUSD", "FDUSD", "TUSD"),
    )
    content_type = "application/json; charset=utf-8"

    def __init__(self, source: Source, limits: Sequence[tuple[int, int]]) -> None:
        super().__init__(source, limits)
        self._names = {
            spelling: name
            for name in source.listed
            for spelling in (_internal(name), _altname(name), _wsname(name), _display(name))
        }

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Answer:
        handlers: dict[str, Callable[[Mapping[str, str], int], Answer]] = {
            "/0/public/Time": _time,
            "/0/public/SystemStatus": _status,
            "/0/public/OHLC": self._ohlc,
            "/0/public/Ticker": self._ticker,
            "/0/public/AssetPairs": self._pairs,
        }
        if path not in handlers:
            raise _error("EGeneral:Unknown method")
        if query.get("assetVersion", "1") != "1":
            raise _error("EGeneral:Invalid arguments:assetVersion")
        return handlers[path](query, now)

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        """No status and no header tells it: only the text does."""
        del status, wait, now
        return Answer({"error": ["EGeneral:Too many requests"]})

    def _ohlc(self, query: Mapping[str, str], now: int) -> Answer:
        names = self._asked(query)
        interval, since = query.get("interval", "1"), query.get("since", "0")
        if "pair" not in query or len(names) != 1:
            raise _error("EGeneral:Invalid arguments")
        if interval not in _WIDTHS:
            raise _error("EGeneral:Invalid arguments:interval")
        if not since.isdecimal():
            raise _error("EGeneral:Invalid arguments:since")
        grid = Grid(int(interval))
        candles = self.source.candles(names[0], grid, Span(None, None, _PAGE + 1), now)
        forming = candles["open_time"].max()
        later = (pl.col("open_time") > min(int(since), _LATEST) * 1_000) | (
            pl.col("open_time") == forming
        )
        decimals = self.source.listed[names[0]].price_decimals
        rows: list[Any] = _encoded(candles.filter(later), decimals).rows()
        last = rows[-2][0] if len(rows) > 1 else rows[-1][0] - grid.width * 60
        return _result({_key(names[0], query): rows, "last": last}, rows)

    def _ticker(self, query: Mapping[str, str], now: int) -> Answer:
        names = self._asked(query)
        tickers = self.source.tickers(names, now)
        payload = {_key(t.name, query): self._quote(t) for t in tickers}
        return _result(payload, list(payload.values()))

    def _quote(self, ticker: Ticker) -> dict[str, Any]:
        decimals = max(self.source.listed[ticker.name].price_decimals, 5)

        def price(number: float) -> str:
            return f"{number:.{decimals}f}"

        def both(encode: Callable[[Stats], Any]) -> list[Any]:
            return [encode(ticker.today), encode(ticker.day)]

        size = max(ticker.day.volume / 2_000, 1)
        return {
            "a": [price(ticker.last + ticker.tick), f"{size:.0f}", f"{size:.0f}.000"],
            "b": [price(ticker.last), f"{2 * size:.0f}", f"{2 * size:.0f}.000"],
            "c": [price(ticker.last), f"{ticker.day.volume / max(ticker.day.trades, 1):.8f}"],
            "v": both(lambda stats: f"{stats.volume:.8f}"),
            "p": both(lambda stats: price(stats.average)),
            "t": both(lambda stats: stats.trades),
            "l": both(lambda stats: price(stats.low)),
            "h": both(lambda stats: price(stats.high)),
            "o": price(ticker.today.open),
        }

    def _pairs(self, query: Mapping[str, str], now: int) -> Answer:
        del now
        payload = {_key(name, query): self._pair(name, query) for name in self._asked(query)}
        return _result(payload, list(payload.values()))

    def _pair(self, name: str, query: Mapping[str, str]) -> dict[str, Any]:
        market = self.source.listed[name]
        asset = _shown if "assetVersion" in query else _asset
        base, _, quote = name.partition("/")
        return {
            "altname": _altname(name),
            "wsname": _wsname(name),
            "base": asset(base),
            "quote": asset(quote),
            "pair_decimals": market.price_decimals,
            "fee_volume_currency": asset("USD"),
            "ordermin": f"{10.0**-market.size_decimals:.8f}",
            "tick_size": f"{10.0**-market.price_decimals:.{market.price_decimals}f}",
            **_PAIR,
        }

    def _asked(self, query: Mapping[str, str]) -> list[str]:
        if "pair" not in query:
            return list(self.source.listed)
        pairs = query["pair"].split(",")
        if any(pair not in self._names for pair in pairs):
            raise _error("EQuery:Unknown asset pair")
        return [self._names[pair] for pair in pairs]


VENUE = Kraken


def _encoded(candles: pl.DataFrame, decimals: int) -> pl.DataFrame:
    """Time, open, high, low, close, vwap, volume and trades."""
    average = pl.when(pl.col("volume") > 0).then(pl.col("quote_volume") / pl.col("volume"))
    price = pl.Decimal(38, decimals)
    return candles.select(
        pl.col("open_time") // 1_000,
        pl.col("open", "high", "low", "close").cast(price).cast(pl.String),
        average.fill_null(0.0).cast(price).cast(pl.String).alias("vwap"),
        pl.col("volume").cast(pl.Decimal(38, 8)).cast(pl.String),
        pl.col("trades"),
    )


def _time(_: Mapping[str, str], now: int) -> Answer:
    moment = datetime.fromtimestamp(now / 1_000, UTC)
    return _result({"unixtime": now // 1_000, "rfc1123": f"{moment:%a, %d %b %y %H:%M:%S} +0000"})


def _status(_: Mapping[str, str], now: int) -> Answer:
    moment = datetime.fromtimestamp(now // 1_000, UTC)
    return _result({"status": "online", "timestamp": f"{moment:%Y-%m-%dT%H:%M:%SZ}"})


def _result(payload: Mapping[str, Any], rows: list[Any] | None = None) -> Answer:
    return Answer({"error": [], "result": payload}, rows=rows or [])


def _error(text: str) -> RequestError:
    return RequestError(Answer({"error": [text]}))


def _alt(ticker: str) -> str:
    return _ALTNAMES.get(ticker, ticker)


def _shown(ticker: str) -> str:
    return _DISPLAY.get(ticker, _alt(ticker))


def _asset(ticker: str) -> str:
    """The old form: XXBT, ZUSD; assets that came later have no prefix."""
    if ticker in _OLD_CURRENCIES:
        return f"Z{ticker}"
    return f"X{_alt(ticker)}" if ticker in _OLD_COINS else _alt(ticker)


def _internal(name: str) -> str:
    """XXBTZUSD where both sides are old, else XBTUSDT and ADAUSD; XDGUSD and USDTZUSD break rank."""
    base, _, quote = name.partition("/")
    old = base == "USDT" or (base in _OLD_COINS and base != "DOGE")
    if old and quote in (*_OLD_COINS, *_OLD_CURRENCIES):
        return _asset(base) + _asset(quote)
    return _altname(name)


def _altname(name: str) -> str:
    base, _, quote = name.partition("/")
    return _alt(base) + _alt(quote)


def _wsname(name: str) -> str:
    base, _, quote = name.partition("/")
    return f"{_alt(base)}/{_alt(quote)}"


def _display(name: str) -> str:
    base, _, quote = name.partition("/")
    return f"{_shown(base)}/{_shown(quote)}"


def _key(name: str, query: Mapping[str, str]) -> str:
    return _display(name) if "assetVersion" in query else _internal(name)
