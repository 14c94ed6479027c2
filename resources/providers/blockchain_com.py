"""Blockchain.com, its exchange: prices of all markets in one answer."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Markets, Provider, Tickers
from resources.providers.families.pages import percent
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Number, market_frame, quote_frame, read

_ID = "blockchain_com"
_QUOTES = ("USD", "EUR", "GBP", "TRY", "USDT", "USDC", "BTC", "ETH")


class _Ticker(msgspec.Struct):
    symbol: str
    last_trade_price: Number
    price_24h: Number = None


class _Market(msgspec.Struct):
    base_currency: str
    counter_currency: str
    status: str


_TICKERS = msgspec.json.Decoder(list[_Ticker], strict=False)
_MARKETS = msgspec.json.Decoder(dict[str, _Market], strict=False)


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    price_24h is the price a day ago; it tells no time. Markets that do not trade have a price of
    zero:

        [{"symbol":"BTC-USD","price_24h":4998.0,"volume_24h":0.3015,"last_trade_price":5000.0}]
    """
    tickers = read(_TICKERS, body, _ID)
    return quote_frame(
        [
            (one.symbol, one.last_trade_price, None, percent(one.last_trade_price, one.price_24h))
            for one in tickers
            if one.last_trade_price != 0
        ]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"BTC-USD":{"base_currency":"BTC","base_currency_scale":8,"counter_currency":"USD",
      "counter_currency_scale":2,"status":"open", ...}}
    """
    return market_frame(
        [
            (name, market.base_currency, market.counter_currency)
            for name, market in read(_MARKETS, body, _ID).items()
            if market.status == "open"
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="Blockchain.com",
    category="market_data",
    base_url="https://api.blockchain.com",
    docs_url="https://exchange.blockchain.com/api",
    # None is documented for public data; this is a careful one.
    limits=(Limit(10, 10),),
    native=spelling("{base}-{quote}", _QUOTES),
    tickers=Tickers(1000, lambda _: Call("/v3/exchange/tickers"), _parse_tickers),
    markets=Markets(lambda: Call("/v3/exchange/symbols"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/v3/exchange/tickers/BTC-USD")),
        Endpoint("market", Call("/v3/exchange/l2/BTC-USD")),
    ),
    update="realtime",
    ws_url="wss://ws.blockchain.info/mercury-gateway/v1/ws",
)
