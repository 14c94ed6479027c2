"""OKX, spot: history of every interval, newest first."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.providers.base import (
    Call,
    Endpoint,
    Limit,
    Markets,
    Provider,
    Tickers,
)
from resources.providers.families.blanks import Blank, filled
from resources.providers.families.okx import CANDLES, Answer, candles, data
from resources.providers.families.pages import percent
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, market_frame, quote_frame, read

_ID = "okx"
_QUOTES = {"USDT", "USDC", "USD", "EUR", "BTC", "ETH", "DAI", "TRY", "BRL", "AUD"}


class _Ticker(msgspec.Struct):
    inst_id: str = msgspec.field(name="instId")
    last: Blank
    open: Blank = msgspec.field(name="open24h")
    ts: Moment


class _Instrument(msgspec.Struct, rename="camel"):
    inst_id: str
    inst_type: str
    base_ccy: str
    quote_ccy: str
    state: str


_TICKERS = msgspec.json.Decoder(Answer[_Ticker], strict=False)
_INSTRUMENTS = msgspec.json.Decoder(Answer[_Instrument], strict=False)


def _tickers_call(natives: Sequence[str]) -> Call:
    if len(natives) == 1:
        return Call("/api/v5/market/ticker", {"instId": natives[0]})
    return Call("/api/v5/market/tickers", {"instType": "SPOT"})


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    One market, or all of them where several are asked for; one without a trade has blanks:

        {"code":"0","msg":"","data":[{"instType":"SPOT","instId":"LTC-USDT","last":"9999.99",
          "open24h":"9000","ts":"1597026383085", ...}]}
    """
    tickers = data(read(_TICKERS, body, _ID), _ID)
    prices = [(t, filled(t.last), filled(t.open)) for t in tickers]
    return quote_frame(
        [(t.inst_id, last, t.ts, percent(last, before)) for t, last, before in prices]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"code":"0","data":[{"instId":"BTC-USDT","instType":"SPOT","baseCcy":"BTC",
      "quoteCcy":"USDT","state":"live", ...}],"msg":""}
    """
    found = data(read(_INSTRUMENTS, body, _ID), _ID)
    return market_frame(
        [
            (one.inst_id, one.base_ccy, one.quote_ccy)
            for one in found
            if one.inst_type == "SPOT" and one.state == "live"
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="OKX",
    category="exchange",
    base_url="https://www.okx.com",
    docs_url="https://www.okx.com/docs-v5",
    limits=(Limit(20, 2),),
    native=spelling("{base}-{quote}", _QUOTES),
    candles=candles(_ID, CANDLES, 300),
    tickers=Tickers(1000, _tickers_call, _parse_tickers),
    markets=Markets(
        lambda: Call("/api/v5/public/instruments", {"instType": "SPOT"}), _parse_markets
    ),
    endpoints=(
        Endpoint("prices", Call("/api/v5/market/ticker", {"instId": "BTC-USDT"})),
        Endpoint(
            "ohlcv",
            Call("/api/v5/market/candles", {"instId": "BTC-USDT", "bar": "1H", "limit": "24"}),
        ),
    ),
    health=Call("/api/v5/public/time"),
    update="realtime",
    ws_url="wss://ws.okx.com:8443/ws/v5/public",
)
