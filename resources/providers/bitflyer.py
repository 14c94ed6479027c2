"""bitFlyer: yen; prices alone, it has no candles."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Markets, Provider, Tickers
from resources.providers.families.pages import ms_of
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Number, market_frame, quote_frame, read

_ID = "bitflyer"


class _Ticker(msgspec.Struct):
    product_code: str
    timestamp: Annotated[datetime, msgspec.Meta(tz=False)]
    ltp: Number


class _Market(msgspec.Struct):
    product_code: str
    market_type: str


_TICKER = msgspec.json.Decoder(_Ticker, strict=False)
_MARKETS = msgspec.json.Decoder(list[_Market], strict=False)


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    ltp is the last trade's price; the time is in UTC:

        {"product_code":"BTC_JPY","timestamp":"2017-10-03T04:04:10.75","tick_id":5671258,
          "best_bid":495917.0,"best_ask":496019.0,"ltp":496019.0,"volume":109592.54297206, ...}
    """
    ticker = read(_TICKER, body, _ID)
    return quote_frame([(ticker.product_code, ticker.ltp, ms_of(ticker.timestamp), None)])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    [{"product_code":"BTC_JPY","market_type":"Spot"},
     {"product_code":"FX_BTC_JPY","market_type":"FX"}]
    """
    spot = [m.product_code for m in read(_MARKETS, body, _ID) if m.market_type == "Spot"]
    pairs = ((code, code.partition("_")) for code in spot)
    return market_frame([(code, base, quote) for code, (base, _, quote) in pairs])


PROVIDER = Provider(
    id=_ID,
    name="bitFlyer",
    category="exchange",
    base_url="https://api.bitflyer.com",
    docs_url="https://lightning.bitflyer.com/docs",
    limits=(Limit(500, 300),),
    native=spelling("{base}_{quote}", {"JPY", "BTC"}),
    tickers=Tickers(
        1, lambda names: Call("/v1/getticker", {"product_code": names[0]}), _parse_tickers
    ),
    markets=Markets(lambda: Call("/v1/getmarkets"), _parse_markets),
    endpoints=(Endpoint("prices", Call("/v1/getticker", {"product_code": "BTC_JPY"})),),
    health=Call("/v1/gethealth"),
    update="realtime",
    ws_url="wss://ws.lightstream.bitflyer.com/json-rpc",
)
