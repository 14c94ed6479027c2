"""CoinLore: prices of the hundred largest coins, by ticker."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.market import Asset
from resources.providers.base import Call, Endpoint, Limit, Provider, Tickers
from resources.providers.families.coins import coin_speller
from resources.providers.parsing import Moment, Number, quote_frame, read

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


_COINS = msgspec.json.Decoder(_Coins, strict=False)


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
    endpoints=(
        Endpoint("prices", Call("/api/ticker/", {"id": "90,80"})),
        Endpoint("market", Call("/api/global/")),
    ),
    health=Call("/api/global/"),
    update="periodic",
)
