"""CoinLore: prices of the hundred largest coins, by ticker."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.market import Asset
from resources.providers.base import (
    Call,
    Endpoint,
    Limit,
    Provider,
    Question,
    Source,
    Tickers,
    now,
)
from resources.providers.families.blanks import Blank, filled
from resources.providers.families.coins import coin_speller
from resources.providers.parsing import Count, Moment, Number, page_frame, quote_frame, read
from resources.schemas.market import MARKET_PAGE, MARKET_TOTALS_PAGE

_ID = "coinlore"
_LARGEST = 100
# Tickers that mean several coins, or had other owners.
_UNCLEAR = ("LUNA2", "STEPN", "GOMINING", "BEAMX", "S")


class _Coin(msgspec.Struct):
    symbol: str
    price_usd: Number
    percent_change_24h: Number = None


class _Info(msgspec.Struct):
    time: Moment


class _Coins(msgspec.Struct):
    data: list[_Coin]
    info: _Info


class _Listed(_Coin, kw_only=True):
    name: str
    nameid: str
    rank: Count = None
    market_cap_usd: Blank = None
    volume24: Blank = None
    csupply: Blank = None
    percent_change_1h: Blank = None
    percent_change_7d: Blank = None


class _Largest(msgspec.Struct):
    data: list[_Listed]
    info: _Info


class _Global(msgspec.Struct):
    total_mcap: Number
    total_volume: Number
    btc_d: Number = None
    eth_d: Number = None
    coins_count: Count = None
    mcap_change: Number = None


_COINS = msgspec.json.Decoder(_Coins, strict=False)
_LISTED = msgspec.json.Decoder(_Largest, strict=False)
# A list of one.
_GLOBAL = msgspec.json.Decoder(tuple[_Global], strict=False)


def _identify(asset: Asset) -> str | None:
    return None if asset.ticker in _UNCLEAR else asset.ticker


def _tickers_call(_: Sequence[str]) -> Call:
    return Call("/api/tickers/", {"start": "0", "limit": str(_LARGEST)})


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    The largest first: the first one of a ticker is the coin that is known by it.

        {"data":[{"id":"90","symbol":"BTC","name":"Bitcoin","nameid":"bitcoin","rank":1,
          "price_usd":"6456.52","percent_change_24h":"-1.47","percent_change_1h":"0.05",
          "market_cap_usd":"111586042785.56", ...}],"info":{"coins_num":1969,"time":1538560355}}
    """
    found = read(_COINS, body, _ID)
    first: dict[str, _Coin] = {}
    for coin in found.data:
        first.setdefault(coin.symbol, coin)
    time = found.info.time * 1000
    return quote_frame(
        [(name, coin.price_usd, time, coin.percent_change_24h) for name, coin in first.items()]
    )


def _parse_coins(body: bytes) -> pl.DataFrame:
    """
    As _parse_tickers. A further coin of a ticker goes by its own name, which is never a ticker.

        {"data":[{"id":"90","symbol":"BTC","name":"Bitcoin","nameid":"bitcoin","rank":1,
          "price_usd":"6456.52","percent_change_24h":"-1.47","percent_change_1h":"0.05",
          "percent_change_7d":"-1.07","market_cap_usd":"111586042785.56",
          "volume24":3997655362.9587,"csupply":"17282687.00", ...}],
          "info":{"coins_num":1969,"time":1538560355}}
    """
    found, taken = read(_LISTED, body, _ID), set[str]()
    rows = []
    for coin in found.data:
        native = coin.nameid if coin.symbol in taken else coin.symbol
        taken.add(coin.symbol)
        figures = (coin.market_cap_usd, coin.volume24, coin.csupply)
        changes = (coin.percent_change_1h, coin.percent_change_24h, coin.percent_change_7d)
        rows.append(
            (
                native,
                coin.symbol.upper(),
                coin.name,
                coin.rank,
                coin.price_usd,
                *(filled(number) for number in (*figures, *changes)),
                found.info.time * 1000,
            )
        )
    return page_frame(MARKET_PAGE, rows)


def _parse_totals(body: bytes) -> pl.DataFrame:
    """
    [{"coins_count":6441,"active_markets":17685,"total_mcap":2499568847643.1787,
      "total_volume":172809052616.55072,"btc_d":"43.86","eth_d":"19.25","mcap_change":"-4.25", ...}]
    """
    (told,) = read(_GLOBAL, body, _ID)
    return page_frame(
        MARKET_TOTALS_PAGE,
        [
            (
                told.total_mcap,
                told.total_volume,
                told.btc_d,
                told.eth_d,
                told.coins_count,
                told.mcap_change,
            )
        ],
    )


PROVIDER = Provider(
    id=_ID,
    name="CoinLore",
    category="market_data",
    base_url="https://api.coinlore.net",
    docs_url="https://www.coinlore.com/cryptocurrency-data-api",
    # "One a second" is what it recommends.
    limits=(Limit(10, 10),),
    native=coin_speller(_identify),
    tickers=Tickers(_LARGEST, _tickers_call, _parse_tickers),
    sources=(
        Source(MARKET_PAGE, now(Question(_tickers_call(()), _parse_coins))),
        Source(MARKET_TOTALS_PAGE, now(Question(Call("/api/global/"), _parse_totals))),
    ),
    endpoints=(
        Endpoint("prices", Call("/api/ticker/", {"id": "90,80"})),
        Endpoint("market", Call("/api/global/")),
    ),
    health=Call("/api/global/"),
    update="periodic",
)
