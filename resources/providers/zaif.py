"""Zaif: yen; prices alone, its candles are documented nowhere."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Markets, Provider, Tickers
from resources.providers.families.spelling import small, spelling
from resources.providers.parsing import Number, market_frame, quote_frame, read

_ID = "zaif"


class _Ticker(msgspec.Struct):
    last: Number


class _Market(msgspec.Struct):
    currency_pair: str


_TICKER = msgspec.json.Decoder(_Ticker, strict=False)
_MARKETS = msgspec.json.Decoder(list[_Market], strict=False)


def _parse_tickers(body: bytes, natives: Sequence[str]) -> pl.DataFrame:
    """
    Of one market, which the answer does not name; there is no time and no change:

        {"last": 620745.0, "high": 650000.0, "low": 601000.0, "vwap": 625665.3969,
          "volume": 11572.1032, "bid": 620745.0, "ask": 620750.0}
    """
    return quote_frame([(natives[0], read(_TICKER, body, _ID).last, None, None)])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    [{"name":"BTC/JPY","title":"BTC/JPY","currency_pair":"btc_jpy","is_token":false, ...}]
    """
    names = [market.currency_pair for market in read(_MARKETS, body, _ID)]
    pairs = ((name, name.rpartition("_")) for name in names)
    return market_frame([(name, base.upper(), quote.upper()) for name, (base, _, quote) in pairs])


PROVIDER = Provider(
    id=_ID,
    name="Zaif",
    category="exchange",
    base_url="https://api.zaif.jp",
    docs_url="https://zaif-api-document.readthedocs.io",
    # It documents no number, only that more than it bears is refused.
    limits=(Limit(30, 60),),
    native=small(spelling("{base}_{quote}", {"JPY", "BTC"})),
    tickers=Tickers(1, lambda names: Call(f"/api/1/ticker/{names[0]}"), _parse_tickers),
    markets=Markets(lambda: Call("/api/1/currency_pairs/all"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/api/1/ticker/btc_jpy")),
        Endpoint("prices", Call("/api/1/last_price/btc_jpy")),
    ),
    update="periodic",
)
