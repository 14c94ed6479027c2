"""DefiLlama Coins: prices of coins and tokens, here by their ids at CoinGecko."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.market import Symbol
from resources.providers.base import Call, Endpoint, Limit, Provider, Tickers
from resources.providers.coingecko import PROVIDER as COINGECKO
from resources.providers.parsing import Moment, Number, quote_frame, read

_ID = "defillama_coins"
_PREFIX = "coingecko:"


class _Price(msgspec.Struct):
    price: Number
    timestamp: Moment


class _Prices(msgspec.Struct):
    coins: dict[str, _Price]


_PRICES = msgspec.json.Decoder(_Prices, strict=False)


def _native(symbol: Symbol) -> str | None:
    coin = COINGECKO.native(symbol)
    return None if coin is None else _PREFIX + coin


def _tickers_call(natives: Sequence[str]) -> Call:
    return Call(f"/prices/current/{','.join(natives)}")


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    In dollars; what it does not know it leaves out, and a change it does not tell:

        {"coins":{"coingecko:bitcoin":{"price":60580.28121336298,"symbol":"BTC",
          "timestamp":1782315604,"confidence":0.99}}}
    """
    coins = read(_PRICES, body, _ID).coins
    return quote_frame(
        [(name, coin.price, coin.timestamp * 1000, None) for name, coin in coins.items()]
    )


PROVIDER = Provider(
    id=_ID,
    name="DefiLlama Coins",
    category="market_data",
    base_url="https://coins.llama.fi",
    docs_url="https://api-docs.defillama.com",
    limits=(Limit(500, 60),),
    native=_native,
    tickers=Tickers(100, _tickers_call, _parse_tickers),
    endpoints=(
        Endpoint("prices", _tickers_call(["coingecko:bitcoin", "coingecko:ethereum"])),
        Endpoint("defi", Call("/block/ethereum/1735689600")),
    ),
    update="periodic",
)
