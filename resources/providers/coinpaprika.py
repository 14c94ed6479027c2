"""CoinPaprika: averages over many markets, of all coins in one answer."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import polars as pl

from resources.market import Asset
from resources.providers.base import Call, Endpoint, Limit, Provider, Tickers
from resources.providers.families.coins import coin_speller
from resources.providers.families.pages import ms_of
from resources.providers.parsing import Number, quote_frame, read

_ID = "coinpaprika"
# Its ids are ticker and name; these are not what that would give.
_COINS = {
    "aave": "aave-new",
    "bnb": "bnb-binance-coin",
    "compound": "comp-compoundd",
    "cronos": "cro-cryptocom-chain",
    "curve": "crv-curve-dao-token",
    "gomining": "gmt-gomining-token",
    "hedera": "hbar-hedera-hashgraph",
    "immutable": "imx-immutable-x",
    "injective": "inj-injective-protocol",
    "iota": "miota-iota",
    "lido": "ldo-lido-dao",
    "multiversx": "egld-elrond",
    "near": "near-near-protocol",
    "polygon": "pol-polygon-ecosystem-token",
    "polygon-matic": "matic-polygon",
    "stepn": "gmt-stepn",
    "synthetix": "snx-synthetix-network-token",
    "terra-2": "luna-terra-v2",
    "terraclassic-usd": "ust-terrausd",
    "theta": "theta-theta-token",
    "toncoin": "toncoin-the-open-network",
    "true-usd": "tusd-trueusd",
}


class _Quote(msgspec.Struct):
    price: Number
    percent_change_24h: Number = None


class _Quotes(msgspec.Struct):
    usd: _Quote = msgspec.field(name="USD")


class _Ticker(msgspec.Struct):
    id: str
    quotes: _Quotes
    last_updated: datetime | None = None


_TICKERS = msgspec.json.Decoder(list[_Ticker], strict=False)


def _identify(asset: Asset) -> str:
    return _COINS.get(asset.id, f"{asset.ticker.lower()}-{asset.id}")


def _tickers_call(_: Sequence[str]) -> Call:
    return Call("/v1/tickers", {"quotes": "USD"})


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    [{"id":"btc-bitcoin","name":"Bitcoin","symbol":"BTC","rank":1,
      "last_updated":"2018-11-14T07:20:41Z","quotes":{"USD":{"price":5162.15941296,
      "volume_24h":7304207651.1585,"percent_change_24h":-5.19, ...}}, ...}]
    """
    return quote_frame(
        [
            (
                one.id,
                one.quotes.usd.price,
                None if one.last_updated is None else ms_of(one.last_updated),
                one.quotes.usd.percent_change_24h,
            )
            for one in read(_TICKERS, body, _ID)
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="CoinPaprika",
    category="market_data",
    base_url="https://api.coinpaprika.com",
    docs_url="https://api.coinpaprika.com",
    limits=(Limit(10, 1), Limit(20_000, 2_592_000)),
    native=coin_speller(_identify),
    tickers=Tickers(2000, _tickers_call, _parse_tickers),
    endpoints=(
        Endpoint("prices", Call("/v1/tickers/btc-bitcoin")),
        Endpoint("market", Call("/v1/global")),
    ),
    health=Call("/v1/global"),
    update="periodic",
)
