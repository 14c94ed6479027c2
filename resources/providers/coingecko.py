"""CoinGecko: prices averaged over many markets, named by coin and not by ticker."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.providers.base import Auth, Call, Endpoint, Limit, Provider, Tickers
from resources.providers.families.coins import coin_speller
from resources.providers.parsing import Number, quote_frame, read

_ID = "coingecko"
# Our ids of coins and its own, where they differ.
_COINS = {
    "avalanche": "avalanche-2",
    "beam": "beam-2",
    "bnb": "binancecoin",
    "compound": "compound-governance-token",
    "cronos": "crypto-com-chain",
    "curve": "curve-dao-token",
    "dogwifhat": "dogwifcoin",
    "gomining": "gmt-token",
    "hedera": "hedera-hashgraph",
    "immutable": "immutable-x",
    "injective": "injective-protocol",
    "jupiter": "jupiter-exchange-solana",
    "lido": "lido-dao",
    "multiversx": "elrond-erd-2",
    "ondo": "ondo-finance",
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
    "xrp": "ripple",
}

# Values alone tell an answer from {"error":"..."} and {"status":{"error_message":"..."}}.
_PRICES = msgspec.json.Decoder(dict[str, dict[str, Number]], strict=False)


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


PROVIDER = Provider(
    id=_ID,
    name="CoinGecko",
    category="market_data",
    base_url="https://api.coingecko.com",
    docs_url="https://docs.coingecko.com",
    # Without a key it allows 5 to 15 calls a minute, by its load; with a free one 30.
    limits=(Limit(10, 60),),
    native=coin_speller(lambda asset: _COINS.get(asset.id, asset.id)),
    tickers=Tickers(100, _tickers_call, _parse_tickers),
    auth=Auth("header", "x-cg-demo-api-key", required=False),
    endpoints=(
        Endpoint(
            "prices", Call("/api/v3/simple/price", {"ids": "bitcoin", "vs_currencies": "usd"})
        ),
    ),
    health=Call("/api/v3/ping"),
    update="periodic",
)
