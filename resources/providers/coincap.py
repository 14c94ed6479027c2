"""CoinCap v3: averages over many markets, by an id of the coin; wants a key."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.market import Asset
from resources.providers.base import Auth, Call, Endpoint, Limit, Provider, Tickers
from resources.providers.families.coins import coin_speller
from resources.providers.parsing import Moment, Number, quote_frame, read

_ID = "coincap"
# Our ids of coins and its own, where they differ.
_COINS = {
    "bnb": "binance-coin",
    "cronos": "crypto-com-coin",
    "curve": "curve-dao-token",
    "dai": "multi-collateral-dai",
    "hedera": "hedera-hashgraph",
    "immutable": "immutable-x",
    "injective": "injective-protocol",
    "lido": "lido-dao",
    "multiversx": "elrond-egld",
    "near": "near-protocol",
    "polygon": "polygon-ecosystem-token",
    "polygon-matic": "polygon",
    "render": "render-token",
    "synthetix": "synthetix-network-token",
    "true-usd": "trueusd",
}
# Its coins of these names are others.
_OTHERS = ("beam", "sonic")


class _Coin(msgspec.Struct, rename="camel"):
    id: str
    price_usd: Number
    change_percent: Number = msgspec.field(name="changePercent24Hr", default=None)


class _Coins(msgspec.Struct):
    data: list[_Coin]
    timestamp: Moment


_COIN_LIST = msgspec.json.Decoder(_Coins, strict=False)


def _identify(asset: Asset) -> str | None:
    return None if asset.id in _OTHERS else _COINS.get(asset.id, asset.id)


def _tickers_call(natives: Sequence[str]) -> Call:
    return Call("/assets", {"ids": ",".join(natives), "limit": str(max(len(natives), 1))})


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    What it does not know it leaves out:

        {"data":[{"id":"bitcoin","rank":"1","symbol":"BTC","name":"Bitcoin",
          "priceUsd":"3578.2828968419490075","changePercent24Hr":"0.3420746078836153", ...}],
          "timestamp":1548077422286}
    """
    found = read(_COIN_LIST, body, _ID)
    return quote_frame(
        [(coin.id, coin.price_usd, found.timestamp, coin.change_percent) for coin in found.data]
    )


PROVIDER = Provider(
    id=_ID,
    name="CoinCap",
    category="market_data",
    base_url="https://rest.coincap.io/v3",
    docs_url="https://docs.coincap.io",
    limits=(Limit(4000, 2_592_000),),
    native=coin_speller(_identify),
    tickers=Tickers(100, _tickers_call, _parse_tickers),
    auth=Auth("header", "Authorization", prefix="Bearer "),
    endpoints=(
        Endpoint("prices", _tickers_call(["bitcoin", "ethereum"])),
        Endpoint("market", Call("/assets", {"limit": "10"})),
    ),
    update="scheduled",
)
