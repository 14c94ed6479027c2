"""BTC Markets: Australian dollars, up to 200 candles a page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

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
from resources.providers.families.pages import all_asked, asked, date_of, ms_of, page_of
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Number, market_frame, quote_frame, read

_ID = "btc_markets"
_PAGE = 200
# Where its days open it does not say.
_INTERVALS = {Interval.M1: "1m", Interval.H1: "1h"}
_Time = Annotated[datetime, msgspec.Meta(tz=True)]


class _Candle(msgspec.Struct, array_like=True, gc=False):
    time: _Time
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number


class _Ticker(msgspec.Struct):
    market: str = msgspec.field(name="marketId")
    last: Number = msgspec.field(name="lastPrice")
    timestamp: _Time
    change: Number = msgspec.field(name="pricePct24h", default=None)


class _Market(msgspec.Struct, rename="camel"):
    market_id: str
    base_asset_name: str
    quote_asset_name: str
    status: str = "Online"


_CANDLES = msgspec.json.Decoder(list[_Candle], strict=False)
_TICKER = msgspec.json.Decoder(_Ticker, strict=False)
_MARKETS = msgspec.json.Decoder(list[_Market], strict=False)


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "timeWindow": _INTERVALS[query.interval],
        "from": f"{date_of(start):%Y-%m-%dT%H:%M:%SZ}",
        "to": f"{date_of(end - 1):%Y-%m-%dT%H:%M:%SZ}",
        "limit": str(_PAGE),
    }
    return Call(f"/v3/markets/{query.native}/candles", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Time, open, high, low, close, volume, newest first:

        [["2019-09-02T18:00:00.000000Z","15100","15200","15100","15199","4.11970335"],
          ["2019-09-02T17:00:00.000000Z","14879.75","15115","14861.99","15115","10.01840031"]]
    """
    rows = read(_CANDLES, body, _ID)
    return page_of(rows, [ms_of(row.time) for row in rows])


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    pricePct24h is the change of 24 hours in percent:

        {"marketId":"BTC-AUD","bestBid":"15400","bestAsk":"15450","lastPrice":"15425",
          "volume24h":"210.5","volumeQte24h":"3240000","price24h":"275","pricePct24h":"1.81",
          "low24h":"15100","high24h":"15500","timestamp":"2019-09-03T18:34:19.543000Z"}
    """
    ticker = read(_TICKER, body, _ID)
    return quote_frame([(ticker.market, ticker.last, ms_of(ticker.timestamp), ticker.change)])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    [{"marketId":"BTC-AUD","baseAssetName":"BTC","quoteAssetName":"AUD","status":"Online", ...}]
    """
    return market_frame(
        [
            (market.market_id, market.base_asset_name, market.quote_asset_name)
            for market in read(_MARKETS, body, _ID)
            if market.status == "Online"
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="BTC Markets",
    category="exchange",
    base_url="https://api.btcmarkets.net",
    docs_url="https://docs.btcmarkets.net",
    limits=(Limit(50, 10),),
    native=spelling("{base}-{quote}", {"AUD", "BTC"}),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    # Several markets would take one parameter several times.
    tickers=Tickers(1, lambda names: Call(f"/v3/markets/{names[0]}/ticker"), _parse_tickers),
    markets=Markets(lambda: Call("/v3/markets"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/v3/markets/BTC-AUD/ticker")),
        Endpoint("ohlcv", Call("/v3/markets/BTC-AUD/candles", {"timeWindow": "1h", "limit": "50"})),
    ),
    health=Call("/v3/time"),
    update="realtime",
    ws_url="wss://socket.btcmarkets.net/v2",
)
