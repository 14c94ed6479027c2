"""Independent Reserve: Australian dollars, and hours of the last ten days."""

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
    Provider,
    Tickers,
)
from resources.providers.families.pages import ms_of, newest
from resources.providers.families.spelling import TICKERS, small, spelling
from resources.providers.parsing import Count, Number, candle_frame, quote_frame, read

_ID = "independent_reserve"
_DEPTH = 240
_INTERVALS = {Interval.H1: "hour"}
_Time = Annotated[datetime, msgspec.Meta(tz=True)]


class _Candle(msgspec.Struct, rename="pascal", gc=False):
    start_timestamp_utc: _Time
    opening_secondary_currency_price: Number
    highest_secondary_currency_price: Number
    lowest_secondary_currency_price: Number
    closing_secondary_currency_price: Number
    primary_currency_volume: Number
    secondary_currency_volume: Number = None
    number_of_trades: Count = None


class _History(msgspec.Struct, rename="pascal"):
    history_summary_items: list[_Candle]


class _Ticker(msgspec.Struct, rename="pascal"):
    last_price: Number
    primary_currency_code: str
    secondary_currency_code: str
    created_timestamp_utc: _Time


_HISTORY = msgspec.json.Decoder(_History, strict=False)
_TICKER = msgspec.json.Decoder(_Ticker, strict=False)


def _of(native: str) -> dict[str, str]:
    base, _, quote = native.partition("-")
    return {"primaryCurrencyCode": base, "secondaryCurrencyCode": quote}


def _candles_call(query: CandleQuery) -> Call:
    params = {**_of(query.native), "numberOfHoursInThePastToRetrieve": str(_DEPTH)}
    return Call("/Public/GetTradeHistorySummary", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Hours back from now; the primary currency is the base, the secondary one the quote:

        {"HistorySummaryItems":[{"StartTimestampUtc":"2014-08-04T09:00:00Z",
          "EndTimestampUtc":"2014-08-04T10:00:00Z","OpeningSecondaryCurrencyPrice":510.00,
          "HighestSecondaryCurrencyPrice":510.00,"LowestSecondaryCurrencyPrice":510.00,
          "ClosingSecondaryCurrencyPrice":510.00,"AverageSecondaryCurrencyPrice":510.00,
          "NumberOfTrades":0,"PrimaryCurrencyVolume":0.0,"SecondaryCurrencyVolume":0.0}],
         "NumberOfHoursInThePastToRetrieve":1,"PrimaryCurrencyCode":"Xbt", ...}
    """
    rows = read(_HISTORY, body, _ID).history_summary_items
    return candle_frame(
        [ms_of(row.start_timestamp_utc) for row in rows],
        open=[row.opening_secondary_currency_price for row in rows],
        high=[row.highest_secondary_currency_price for row in rows],
        low=[row.lowest_secondary_currency_price for row in rows],
        close=[row.closing_secondary_currency_price for row in rows],
        volume=[row.primary_currency_volume for row in rows],
        quote_volume=[row.secondary_currency_volume for row in rows],
        trades=[row.number_of_trades for row in rows],
    )


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    {"DayHighestPrice":234.01,"DayLowestPrice":220.0,"LastPrice":228.81,
     "PrimaryCurrencyCode":"Eth","SecondaryCurrencyCode":"Aud",
     "CreatedTimestampUtc":"2019-04-16T09:25:49.5308274Z", ...}
    """
    ticker = read(_TICKER, body, _ID)
    native = f"{ticker.primary_currency_code}-{ticker.secondary_currency_code}".lower()
    return quote_frame([(native, ticker.last_price, ms_of(ticker.created_timestamp_utc), None)])


_MARKET = {"primaryCurrencyCode": "xbt", "secondaryCurrencyCode": "aud"}

PROVIDER = Provider(
    id=_ID,
    name="Independent Reserve",
    category="exchange",
    base_url="https://api.independentreserve.com",
    docs_url="https://www.independentreserve.com/features/api",
    limits=(Limit(1, 1),),
    native=small(spelling("{base}-{quote}", {"AUD", "USD"}, {**TICKERS, "BTC": "XBT"})),
    candles=Candles(
        _INTERVALS, _DEPTH, _candles_call, _parse_candles, newest(_DEPTH), depth=_DEPTH
    ),
    tickers=Tickers(
        1, lambda names: Call("/Public/GetMarketSummary", _of(names[0])), _parse_tickers
    ),
    endpoints=(
        Endpoint("prices", Call("/Public/GetMarketSummary", _MARKET)),
        Endpoint(
            "ohlcv",
            Call(
                "/Public/GetTradeHistorySummary",
                {**_MARKET, "numberOfHoursInThePastToRetrieve": "24"},
            ),
        ),
    ),
    health=Call("/Public/GetValidSecondaryCurrencyCodes"),
    update="realtime",
    ws_url="wss://websockets.independentreserve.com",
)
