"""OpenSea: collections on Ethereum, asked one by one, with a key."""

from collections.abc import Mapping
from functools import partial

import msgspec
import polars as pl

from resources.providers.base import Auth, Call, Endpoint, Limit, Provider, Question, Source, now
from resources.providers.parsing import Count, Number, page_frame, read
from resources.schemas.nft import NFT_PAGE

_ID = "opensea"
# Of the collections that have been worth most for years; a call each.
_NAMES: Mapping[str, str] = {
    "cryptopunks": "CryptoPunks",
    "boredapeyachtclub": "Bored Ape Yacht Club",
    "pudgypenguins": "Pudgy Penguins",
    "azuki": "Azuki",
    "mutant-ape-yacht-club": "Mutant Ape Yacht Club",
    "lilpudgys": "Lil Pudgys",
}


class _Total(msgspec.Struct):
    volume: Number = None
    num_owners: Count = None
    floor_price: Number = None
    floor_price_symbol: str | None = None


class _Period(msgspec.Struct):
    interval: str
    volume: Number = None


class _Stats(msgspec.Struct):
    total: _Total
    intervals: list[_Period]


_STATS = msgspec.json.Decoder(_Stats, strict=False)


def _parse(body: bytes, *, slug: str) -> pl.DataFrame:
    """
    Of the collection that was asked for, which it does not name. Where nothing is for sale the
    floor is 0; volumes are in ether.

        {"total":{"volume":1567012.4,"sales":53456,"average_price":29.3,"num_owners":5521,
          "market_cap":79000.1,"floor_price":7.9,"floor_price_symbol":"ETH"},
          "intervals":[{"interval":"one_day","volume":120.5,"volume_diff":-3.1,"volume_change":-0.025,
          "sales":15,"sales_diff":-1,"average_price":8.03}, ...]}
    """
    told = read(_STATS, body, _ID)
    total, floor = told.total, told.total.floor_price or None
    row = (
        slug,
        _NAMES[slug],
        "ethereum",
        # Offers in WETH count as such in ether.
        (total.floor_price_symbol or "ETH").upper().replace("WETH", "ETH"),
        floor,
        next((one.volume for one in told.intervals if one.interval == "one_day"), None),
        total.volume,
        None,
        total.num_owners,
        None,
    )
    return page_frame(NFT_PAGE, [row])


def _stats_call(slug: str) -> Call:
    return Call(f"/collections/{slug}/stats")


def _question(slug: str) -> Question:
    return Question(_stats_call(slug), partial(_parse, slug=slug))


PROVIDER = Provider(
    id=_ID,
    name="OpenSea",
    category="nft",
    base_url="https://api.opensea.io/api/v2",
    docs_url="https://docs.opensea.io/reference/api-overview",
    limits=(Limit(4, 1),),
    sources=(Source(NFT_PAGE, now(*map(_question, _NAMES))),),
    auth=Auth("header", "x-api-key"),
    endpoints=(
        Endpoint("nft", _stats_call("boredapeyachtclub")),
        Endpoint("nft", Call("/collections", {"limit": "10"})),
    ),
    ws_url="wss://stream.openseabeta.com/socket",
)
