"""CoinGecko: prices averaged over many markets, named by coin and not by ticker, the largest coins,
the whole market, and what is searched for."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import polars as pl

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
from resources.providers.families.pages import ms_of
from resources.providers.parsing import Count, Number, page_frame, quote_frame, read, read_rows
from resources.schemas.market import LARGEST, MARKET_PAGE, MARKET_TOTALS_PAGE
from resources.schemas.trending import TRENDING_PAGE

_ID = "coingecko"
# Our ids of coins and its own, where they differ.
_IDS = {
    "aster": "aster-2",
    "avalanche": "avalanche-2",
    "beam": "beam-2",
    "bnb": "binancecoin",
    "compound": "compound-governance-token",
    "conflux": "conflux-token",
    "cronos": "crypto-com-chain",
    "curve": "curve-dao-token",
    "dogwifhat": "dogwifcoin",
    "flare": "flare-networks",
    "gate-token": "gatechain-token",
    "gomining": "gmt-token",
    "hedera": "hedera-hashgraph",
    "immutable": "immutable-x",
    "injective": "injective-protocol",
    "jupiter": "jupiter-exchange-solana",
    "kucoin-token": "kucoin-shares",
    "lido": "lido-dao",
    "multiversx": "elrond-erd-2",
    "ondo": "ondo-finance",
    "pancakeswap": "pancakeswap-token",
    "polygon": "polygon-ecosystem-token",
    "polygon-matic": "matic-network",
    "quant": "quant-network",
    "render": "render-token",
    "sei": "sei-network",
    "sonic": "sonic-3",
    "stacks": "blockstack",
    "synthetix": "havven",
    "terra-2": "terra-luna-2",
    "terra-classic": "terra-luna",
    "terraclassic-usd": "terrausd",
    "theta": "theta-token",
    "toncoin": "the-open-network",
    "worldcoin": "worldcoin-wld",
    "xdc-network": "xdce-crowd-sale",
    "xrp": "ripple",
}

# Values alone tell an answer from {"error":"..."} and {"status":{"error_message":"..."}}.
_PRICES = msgspec.json.Decoder(dict[str, dict[str, Number]], strict=False)


class _Coin(msgspec.Struct):
    id: str
    symbol: str
    name: str
    current_price: Number
    market_cap: Number = None
    market_cap_rank: Count = None
    total_volume: Number = None
    circulating_supply: Number = None
    last_updated: datetime | None = None
    change_1h: Number = msgspec.field(name="price_change_percentage_1h_in_currency", default=None)
    change_24h: Number = msgspec.field(name="price_change_percentage_24h", default=None)
    change_7d: Number = msgspec.field(name="price_change_percentage_7d_in_currency", default=None)


class _Totals(msgspec.Struct):
    total_market_cap: dict[str, Number]
    total_volume: dict[str, Number]
    market_cap_percentage: dict[str, Number]
    active_cryptocurrencies: Count = None
    change: Number = msgspec.field(name="market_cap_change_percentage_24h_usd", default=None)


class _Global(msgspec.Struct):
    data: _Totals


class _Figures(msgspec.Struct):
    """Some are written for readers: "$1,959,129"."""

    price: float | str | None = None
    change: dict[str, Number] | None = msgspec.field(
        name="price_change_percentage_24h", default=None
    )
    total_volume: float | str | None = None


class _Item(msgspec.Struct):
    id: str
    symbol: str
    name: str
    market_cap_rank: Count = None
    data: _Figures | None = None


class _Searched(msgspec.Struct):
    item: _Item


class _Trending(msgspec.Struct):
    coins: list[_Searched]


_COINS = msgspec.json.Decoder(list[_Coin], strict=False)
_GLOBAL = msgspec.json.Decoder(_Global, strict=False)
_TRENDING = msgspec.json.Decoder(_Trending)
_LARGEST_COINS = Call(
    "/api/v3/coins/markets",
    {
        "vs_currency": "usd",
        "order": "market_cap_desc",
        "per_page": str(LARGEST),
        "page": "1",
        "price_change_percentage": "1h,24h,7d",
        "precision": "full",
    },
)


def _tickers_call(natives: Sequence[str]) -> Call:
    params = {
        "ids": ",".join(natives),
        "vs_currencies": "usd",
        "include_24hr_change": "true",
        "include_last_updated_at": "true",
        "precision": "full",  # it rounds to dollars or cents otherwise
    }
    return Call("/api/v3/simple/price", params)


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    By its id of the coin; ids that it does not know are left out, and so are prices it has not.

        {"bitcoin":{"usd":64154.32,"usd_24h_change":-0.343,"last_updated_at":1752220800}}
    """
    coins = read(_PRICES, body, _ID)
    return quote_frame(
        [
            (coin, of.get("usd"), _ms(of.get("last_updated_at")), of.get("usd_24h_change"))
            for coin, of in coins.items()
        ]
    )


def _ms(seconds: float | None) -> int | None:
    # NaN fails the comparison.
    return int(seconds * 1000) if seconds is not None and abs(seconds) < 1e15 else None


def _parse_coins(body: bytes) -> pl.DataFrame:
    """
    The largest first; what is in the currency that was asked for says so in its name or not at all.

        [{"id":"bitcoin","symbol":"btc","name":"Bitcoin","current_price":64159,
          "market_cap":1286778466527,"market_cap_rank":1,"total_volume":20607363549,
          "price_change_percentage_24h":-0.33405,"circulating_supply":20054793.0,
          "last_updated":"2026-07-11T09:45:01.651Z",
          "price_change_percentage_7d_in_currency":2.601981785563743, ...}, ...]
    """
    return page_frame(
        MARKET_PAGE,
        [
            (
                coin.id,
                coin.symbol.upper(),
                coin.name,
                coin.market_cap_rank,
                coin.current_price,
                coin.market_cap,
                coin.total_volume,
                coin.circulating_supply,
                coin.change_1h,
                coin.change_24h,
                coin.change_7d,
                None if coin.last_updated is None else ms_of(coin.last_updated),
            )
            for coin in read_rows(_COINS, body, _ID)
        ],
    )


def _parse_totals(body: bytes) -> pl.DataFrame:
    """
    {"data":{"active_cryptocurrencies":17480,"markets":1497,
      "total_market_cap":{"btc":35606437.49,"usd":2286009132044.83, ...},
      "total_volume":{"usd":53198954827.65, ...},"market_cap_percentage":{"btc":56.29,"eth":9.49, ...},
      "market_cap_change_percentage_24h_usd":-0.24,"updated_at":1783763168}}
    """
    told = read(_GLOBAL, body, _ID).data
    shares = told.market_cap_percentage
    return page_frame(
        MARKET_TOTALS_PAGE,
        [
            (
                told.total_market_cap.get("usd"),
                told.total_volume.get("usd"),
                shares.get("btc"),
                shares.get("eth"),
                told.active_cryptocurrencies,
                told.change,
            )
        ],
    )


def _parse_trending(body: bytes) -> pl.DataFrame:
    """
    What was searched for most in 24 hours, at most 15. Answers of some years ago have no `data`.

        {"coins":[{"item":{"id":"zano","name":"Zano","symbol":"ZANO","market_cap_rank":204,"score":0,
          "price_btc":0.000150268,"data":{"price":9.6502039360042,"total_volume":"$1,959,129",
          "price_change_percentage_24h":{"usd":13.397229503109775, ...}, ...}, ...}}, ...],
          "nfts":[...],"categories":[...]}
    """
    rows = []
    for place, found in enumerate(read(_TRENDING, body, _ID).coins, 1):
        item, figures = found.item, found.item.data or _Figures()
        rows.append(
            (
                item.id,
                item.symbol.upper(),
                item.name,
                place,
                item.market_cap_rank,
                _dollars(figures.price),
                (figures.change or {}).get("usd"),
                _dollars(figures.total_volume),
            )
        )
    return page_frame(TRENDING_PAGE, rows)


def _dollars(written: float | str | None) -> float | None:
    """ "$1,959,129" as a number, None for what is none."""
    if not isinstance(written, str):
        return written
    try:
        return float(written.replace("$", "").replace(",", ""))
    except ValueError:
        return None


PROVIDER = Provider(
    id=_ID,
    name="CoinGecko",
    category="market_data",
    base_url="https://api.coingecko.com",
    docs_url="https://docs.coingecko.com",
    # Without a key it allows 5 to 15 calls a minute, by its load; with a free one 30.
    limits=(Limit(10, 60),),
    native=coin_speller(lambda asset: _IDS.get(asset.id, asset.id)),
    tickers=Tickers(100, _tickers_call, _parse_tickers),
    sources=(
        Source(MARKET_PAGE, now(Question(_LARGEST_COINS, _parse_coins))),
        Source(MARKET_TOTALS_PAGE, now(Question(Call("/api/v3/global"), _parse_totals))),
        Source(TRENDING_PAGE, now(Question(Call("/api/v3/search/trending"), _parse_trending))),
    ),
    auth=Auth("header", "x-cg-demo-api-key", required=False),
    endpoints=(
        Endpoint(
            "prices", Call("/api/v3/simple/price", {"ids": "bitcoin", "vs_currencies": "usd"})
        ),
        Endpoint("market", Call("/api/v3/global")),
        Endpoint("trending", Call("/api/v3/search/trending")),
    ),
    health=Call("/api/v3/ping"),
    update="periodic",
)
