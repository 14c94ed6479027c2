"""CoinPaprika: averages over many markets, of all coins in one answer."""

from collections.abc import Sequence
from datetime import datetime

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
from resources.providers.families.coins import coin_speller
from resources.providers.families.pages import ms_of
from resources.providers.parsing import Count, Number, page_frame, quote_frame, read, read_rows
from resources.schemas.market import LARGEST, MARKET_PAGE, MARKET_TOTALS_PAGE

_ID = "coinpaprika"
# Its ids are ticker and name; these are not what that would give.
_COINS = {
    "aave": "aave-new",
    "bnb": "bnb-binance-coin",
    "compound": "comp-compoundd",
    "conflux": "cfx-conflux-network",
    "cronos": "cro-cryptocom-chain",
    "curve": "crv-curve-dao-token",
    "dogwifhat": "wif-dogwifcoin",
    "flare": "flr-flare-network",
    "floki": "floki-floki-inu",
    "gate-token": "gt-gatechain-token",
    "gomining": "gmt-gomining-token",
    "hedera": "hbar-hedera-hashgraph",
    "immutable": "imx-immutable-x",
    "injective": "inj-injective-protocol",
    "iota": "miota-iota",
    "jupiter": "jup-jupiter-exchange-token",
    "lido": "ldo-lido-dao",
    "multiversx": "egld-elrond",
    "near": "near-near-protocol",
    "polygon": "pol-polygon-ecosystem-token",
    "polygon-matic": "matic-polygon",
    "render": "rndr-render-token",
    "stepn": "gmt-stepn",
    "synthetix": "snx-synthetix-network-token",
    "terra-2": "luna-terra-v2",
    "terraclassic-usd": "ust-terrausd",
    "theta": "theta-theta-token",
    "toncoin": "toncoin-the-open-network",
    "true-usd": "tusd-trueusd",
    "world-liberty-financial": "wlfi-official-world-liberty-financial",
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

    @property
    def observed_at(self) -> int | None:
        return None if self.last_updated is None else ms_of(self.last_updated)


class _Figures(_Quote, kw_only=True):
    volume_24h: Number = None
    market_cap: Number = None
    percent_change_1h: Number = None
    percent_change_7d: Number = None


class _InDollars(msgspec.Struct):
    usd: _Figures = msgspec.field(name="USD")


class _Coin(_Ticker, kw_only=True):
    symbol: str
    name: str
    quotes: _InDollars  # type: ignore[assignment]
    rank: Count = None
    circulating_supply: Number = None


class _Global(msgspec.Struct):
    market_cap_usd: Number
    volume_24h_usd: Number
    bitcoin_dominance_percentage: Number = None
    cryptocurrencies_number: Count = None
    market_cap_change_24h: Number = None


_TICKERS = msgspec.json.Decoder(list[_Ticker], strict=False)
_COIN_LIST = msgspec.json.Decoder(list[_Coin], strict=False)
_GLOBAL = msgspec.json.Decoder(_Global, strict=False)


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
                one.observed_at,
                one.quotes.usd.percent_change_24h,
            )
            for one in read_rows(_TICKERS, body, _ID)
        ]
    )


def _parse_coins(body: bytes) -> pl.DataFrame:
    """
    As _parse_tickers; of all that it tells the largest. A coin without a rank (0) is not traded.

        {"id":"btc-bitcoin","name":"Bitcoin","symbol":"BTC","rank":1,"circulating_supply":17007062,
         "quotes":{"USD":{"price":5162.15941296,"volume_24h":7304207651.1585,
         "market_cap":91094433242,"percent_change_1h":0.24,"percent_change_7d":-19.8, ...}}, ...}
    """
    return page_frame(
        MARKET_PAGE,
        [
            (
                one.id,
                one.symbol.upper(),
                one.name,
                one.rank,
                usd.price,
                usd.market_cap,
                usd.volume_24h,
                one.circulating_supply,
                usd.percent_change_1h,
                usd.percent_change_24h,
                usd.percent_change_7d,
                one.observed_at,
            )
            for one in read_rows(_COIN_LIST, body, _ID)
            if one.rank and one.rank <= LARGEST
            for usd in [one.quotes.usd]
        ],
    )


def _parse_totals(body: bytes) -> pl.DataFrame:
    """
    {"market_cap_usd":1584202638230,"volume_24h_usd":147861236214,
     "bitcoin_dominance_percentage":60.97,"cryptocurrencies_number":2443,
     "market_cap_change_24h":0.05,"volume_24h_change_24h":-2.62,"last_updated":1605698289, ...}
    """
    told = read(_GLOBAL, body, _ID)
    return page_frame(
        MARKET_TOTALS_PAGE,
        [
            (
                told.market_cap_usd,
                told.volume_24h_usd,
                told.bitcoin_dominance_percentage,
                None,
                told.cryptocurrencies_number,
                told.market_cap_change_24h,
            )
        ],
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
    sources=(
        Source(MARKET_PAGE, now(Question(_tickers_call(()), _parse_coins))),
        Source(MARKET_TOTALS_PAGE, now(Question(Call("/v1/global"), _parse_totals))),
    ),
    endpoints=(
        Endpoint("prices", Call("/v1/tickers/btc-bitcoin")),
        Endpoint("market", Call("/v1/global")),
    ),
    health=Call("/v1/global"),
    update="periodic",
)
