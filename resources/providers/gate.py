"""Gate, spot: the newest ten thousand candles of an interval, in pages of a thousand."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.market import Interval
from resources.providers.base import (
    Call,
    CandleQuery,
    Candles,
    Endpoint,
    Limit,
    Markets,
    Provider,
    Tickers,
)
from resources.providers.families.blanks import Blank, filled
from resources.providers.families.pages import all_asked, asked, page_of
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

_ID = "gate"
_PAGE = 1000
# Who asks for older ones is refused with a 400.
_DEPTH = 10_000
# Its 7d counts weeks from 1970-01-01, so that they open on Thursdays.
_INTERVALS = {
    Interval.M1: "1m",
    Interval.M5: "5m",
    Interval.M15: "15m",
    Interval.H1: "1h",
    Interval.H4: "4h",
    Interval.D1: "1d",
}
_QUOTES = {"USDT", "USDC", "USD", "BTC", "ETH", "TRY"}


class _Candle(msgspec.Struct, array_like=True, gc=False):
    time: Moment
    quote_volume: Number
    close: Number
    high: Number
    low: Number
    open: Number
    volume: Number


class _Ticker(msgspec.Struct):
    currency_pair: str
    last: Blank
    change_percentage: Blank


class _Pair(msgspec.Struct):
    id: str
    base: str
    quote: str
    trade_status: str


_CANDLES = msgspec.json.Decoder(list[_Candle], strict=False)
_TICKERS = msgspec.json.Decoder(list[_Ticker], strict=False)
_PAIRS = msgspec.json.Decoder(list[_Pair], strict=False)


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "currency_pair": query.native,
        "interval": _INTERVALS[query.interval],
        "from": str(start // 1000),
        "to": str(end // 1000 - 1),  # both ends are inclusive, on the open time
    }
    return Call("/api/v4/spot/candlesticks", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Seconds, quote volume, close, high, low, open, volume, whether it is closed; oldest first:

        [["1539852480","971519.677","0.0021724","0.0021922","0.0021724","0.0021737",
          "447126732.4","true"]]
    """
    rows = read(_CANDLES, body, _ID)
    times = [row.time * 1000 for row in rows]
    return page_of(rows, times, quote_volume=[row.quote_volume for row in rows])


def _tickers_call(natives: Sequence[str]) -> Call:
    only = {"currency_pair": natives[0]} if len(natives) == 1 else {}
    return Call("/api/v4/spot/tickers", only)


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    One market, or all of them where several are asked for. It tells no time; the change is in
    percent:

        [{"currency_pair":"BTC3L_USDT","last":"2.46140352","change_percentage":"-8.91", ...}]
    """
    tickers = read(_TICKERS, body, _ID)
    return quote_frame(
        [(t.currency_pair, filled(t.last), None, filled(t.change_percentage)) for t in tickers]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    [{"id":"OGN_USDT","base":"OGN","quote":"USDT","trade_status":"tradable", ...}]
    """
    pairs = read(_PAIRS, body, _ID)
    return market_frame(
        [(pair.id, pair.base, pair.quote) for pair in pairs if pair.trade_status == "tradable"]
    )


PROVIDER = Provider(
    id=_ID,
    name="Gate",
    category="exchange",
    base_url="https://api.gateio.ws",
    docs_url="https://www.gate.com/docs/developers/apiv4",
    limits=(Limit(200, 10),),
    native=spelling("{base}_{quote}", _QUOTES),
    candles=Candles(
        _INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE), depth=_DEPTH
    ),
    tickers=Tickers(1000, _tickers_call, _parse_tickers),
    markets=Markets(lambda: Call("/api/v4/spot/currency_pairs"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/api/v4/spot/tickers", {"currency_pair": "BTC_USDT"})),
        Endpoint(
            "ohlcv",
            Call("/api/v4/spot/candlesticks", {"currency_pair": "BTC_USDT", "interval": "1h"}),
        ),
    ),
    health=Call("/api/v4/spot/time"),
    update="realtime",
    ws_url="wss://api.gateio.ws/ws/v4/",
)
