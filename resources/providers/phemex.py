"""Phemex, spot: prices in USDT, as whole numbers."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Markets, Provider, Tickers
from resources.providers.families.pages import percent
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Number, market_frame, quote_frame, read

_ID = "phemex"
# Of the prices of all spot markets.
_SCALE = 1e8


_Nanoseconds = Annotated[int, msgspec.Meta(ge=0, le=9 * 10**18)]


class _Ticker(msgspec.Struct, rename="camel"):
    symbol: str
    last_ep: Number
    timestamp: _Nanoseconds | None = None
    open_ep: Number = None


class _Tickers(msgspec.Struct):
    result: list[_Ticker]


class _Market(msgspec.Struct, rename="camel"):
    symbol: str
    type: str
    status: str = ""
    base_currency: str = ""
    quote_currency: str = ""


class _Products(msgspec.Struct):
    products: list[_Market]


class _Catalog(msgspec.Struct):
    data: _Products


_TICKERS = msgspec.json.Decoder(_Tickers, strict=False)
_CATALOG = msgspec.json.Decoder(_Catalog, strict=False)


def _scaled(value: Number) -> Number:
    return None if value is None else value / _SCALE


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Of all markets; prices times 100,000,000, the time in ns:

        {"error":null,"id":0,"result":[{"openEp":892100000000,"highEp":898287000000,
          "lowEp":886390000000,"lastEp":891486000000,"bidEp":891485000000,"askEp":891497000000,
          "symbol":"sBTCUSDT","turnoverEv":115702783479500,"volumeEv":13017900,
          "timestamp":1590571240030003249}]}
    """
    return quote_frame(
        [
            (
                t.symbol,
                _scaled(t.last_ep),
                None if t.timestamp is None else t.timestamp // 1_000_000,
                percent(t.last_ep, t.open_ep),
            )
            for t in read(_TICKERS, body, _ID).result
        ]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"code":0,"msg":"OK","data":{"products":[{"symbol":"sBTCUSDT","displaySymbol":"BTC / USDT",
      "quoteCurrency":"USDT","type":"Spot","baseCurrency":"BTC","status":"Listed", ...}], ...}}
    """
    products = read(_CATALOG, body, _ID).data.products
    return market_frame(
        [
            (product.symbol, product.base_currency, product.quote_currency)
            for product in products
            if product.type == "Spot" and product.status == "Listed"
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="Phemex",
    category="exchange",
    base_url="https://api.phemex.com",
    docs_url="https://phemex-docs.github.io",
    limits=(Limit(100, 60),),
    native=spelling("s{base}{quote}", {"USDT", "USDC"}),
    tickers=Tickers(1000, lambda _: Call("/md/spot/ticker/24hr/all"), _parse_tickers),
    markets=Markets(lambda: Call("/exchange/public/cfg/v2/products"), _parse_markets),
    endpoints=(Endpoint("prices", Call("/md/spot/ticker/24hr", {"symbol": "sBTCUSDT"})),),
    health=Call("/public/time"),
    update="realtime",
    ws_url="wss://ws.phemex.com",
)
