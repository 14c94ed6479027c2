"""CoinCap v3: averages over many markets, by an id of the coin; wants a key."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.market import Asset
from resources.providers.base import (
    Auth,
    Call,
    Endpoint,
    Limit,
    Provider,
    Question,
    Source,
    Tickers,
    now,
)
from resources.providers.families.coins import coin_speller
from resources.providers.parsing import Count, Moment, Number, page_frame, quote_frame, read
from resources.schemas.market import LARGEST, MARKET_PAGE

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
    "leo-token": "unus-sed-leo",
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
# What it calls these is nowhere documented, and an id that is guessed may be that of another coin.
_UNKNOWN = (
    "world-liberty-financial", "bitget-token", "aster", "pax-gold", "kucoin-token", "gate-token",
    "nexo", "xdc-network", "flare", "morpho", "pancakeswap", "aerodrome-finance",
    "virtual-protocol", "trust-wallet-token", "conflux", "gnosis", "kaia", "pendle", "fartcoin",
    "jasmycoin", "layerzero", "decred", "helium", "raydium", "1inch", "eigenlayer",
)  # fmt: skip


class _Coin(msgspec.Struct, rename="camel"):
    id: str
    price_usd: Number
    change_percent: Number = msgspec.field(name="changePercent24Hr", default=None)


class _Coins(msgspec.Struct):
    data: list[_Coin]
    timestamp: Moment


class _Listed(_Coin, kw_only=True, rename="camel"):
    symbol: str
    name: str
    rank: Count = None
    supply: Number = None
    market_cap_usd: Number = None
    volume: Number = msgspec.field(name="volumeUsd24Hr", default=None)


class _Largest(msgspec.Struct):
    data: list[_Listed]
    timestamp: Moment


_COIN_LIST = msgspec.json.Decoder(_Coins, strict=False)
_LARGEST = msgspec.json.Decoder(_Largest, strict=False)


def _identify(asset: Asset) -> str | None:
    return None if asset.id in (*_OTHERS, *_UNKNOWN) else _COINS.get(asset.id, asset.id)


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


def _parse_coins(body: bytes) -> pl.DataFrame:
    """
    The largest first:

        {"data":[{"id":"bitcoin","rank":"1","symbol":"BTC","name":"Bitcoin",
          "supply":"17493362.0000000000000000","marketCapUsd":"62596198052.8648707737382150",
          "volumeUsd24Hr":"1919469726.9664421918719042","priceUsd":"3578.2828968419490075",
          "changePercent24Hr":"0.3420746078836153", ...}],"timestamp":1548077422286}
    """
    found = read(_LARGEST, body, _ID)
    return page_frame(
        MARKET_PAGE,
        [
            (
                coin.id,
                coin.symbol.upper(),
                coin.name,
                coin.rank,
                coin.price_usd,
                coin.market_cap_usd,
                coin.volume,
                coin.supply,
                None,
                coin.change_percent,
                None,
                found.timestamp,
            )
            for coin in found.data
        ],
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
    sources=(
        Source(MARKET_PAGE, now(Question(Call("/assets", {"limit": str(LARGEST)}), _parse_coins))),
    ),
    auth=Auth("header", "Authorization", prefix="Bearer "),
    endpoints=(
        Endpoint("prices", _tickers_call(["bitcoin", "ethereum"])),
        Endpoint("market", Call("/assets", {"limit": "10"})),
    ),
    update="scheduled",
)
