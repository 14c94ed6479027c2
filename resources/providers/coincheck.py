"""Coincheck: yen; prices alone, it has no candles."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Markets, Provider, Tickers
from resources.providers.families.spelling import small, spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

_ID = "coincheck"


class _Ticker(msgspec.Struct):
    last: Number
    timestamp: Moment


class _Market(msgspec.Struct):
    pair: str
    status: str


class _Status(msgspec.Struct):
    exchange_status: list[_Market]


_TICKER = msgspec.json.Decoder(_Ticker, strict=False)
_STATUS = msgspec.json.Decoder(_Status, strict=False)


def _parse_tickers(body: bytes, natives: Sequence[str]) -> pl.DataFrame:
    """
    Of one market, which the answer does not name; seconds:

        {"last":495550.0,"bid":495642.0,"ask":495830.0,"high":498991.0,"low":489000.0,
          "volume":25120.12507338,"timestamp":1507003465}
    """
    ticker = read(_TICKER, body, _ID)
    return quote_frame([(natives[0], ticker.last, ticker.timestamp * 1000, None)])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"exchange_status":[{"pair":"btc_jpy","status":"available","timestamp":1713921694,
      "availability":{"order":true,"market_order":true,"cancel":true}}]}
    """
    markets = read(_STATUS, body, _ID).exchange_status
    names = [market.pair for market in markets if market.status == "available"]
    pairs = ((name, name.partition("_")) for name in names)
    return market_frame([(name, base.upper(), quote.upper()) for name, (base, _, quote) in pairs])


PROVIDER = Provider(
    id=_ID,
    name="Coincheck",
    category="exchange",
    base_url="https://coincheck.com",
    docs_url="https://coincheck.com/documents/exchange/api",
    # It documents no limit of public data.
    limits=(Limit(60, 60),),
    native=small(spelling("{base}_{quote}", {"JPY"})),
    tickers=Tickers(1, lambda names: Call("/api/ticker", {"pair": names[0]}), _parse_tickers),
    markets=Markets(lambda: Call("/api/exchange_status"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/api/ticker", {"pair": "btc_jpy"})),
        Endpoint("market", Call("/api/exchange_status")),
    ),
    update="realtime",
    ws_url="wss://ws-api.coincheck.com",
)
