"""Magic Eden: collections on Solana, asked one by one."""

from collections.abc import Mapping

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source, now
from resources.providers.parsing import Count, Number, page_frame, read
from resources.schemas.nft import NFT_PAGE

_ID = "magic_eden"
_LAMPORTS = 1e9
# Of the collections that have been worth most for years; a call each.
_NAMES: Mapping[str, str] = {
    "mad_lads": "Mad Lads",
    "solana_monkey_business": "SMB Gen2",
    "claynosaurz": "Claynosaurz",
    "degods": "DeGods",
    "okay_bears": "Okay Bears",
    "famous_fox_federation": "Famous Fox Federation",
}


class _Stats(msgspec.Struct, rename="camel"):
    symbol: str
    floor_price: Number = None
    listed_count: Count = None
    volume_all: Number = None


_STATS = msgspec.json.Decoder(_Stats, strict=False)


def _parse(body: bytes) -> pl.DataFrame:
    """
    In lamports. Where nothing is for sale the floor is 0 or left out.

        {"symbol":"okay_bears","floorPrice":4200000000,"listedCount":187,
          "avgPrice24hr":4500000000,"volumeAll":540000000000}
    """
    told = read(_STATS, body, _ID)
    row = (
        told.symbol,
        _NAMES.get(told.symbol),
        "solana",
        "SOL",
        _sol(told.floor_price) or None,
        None,
        _sol(told.volume_all),
        told.listed_count,
        None,
        None,
    )
    return page_frame(NFT_PAGE, [row])


def _sol(lamports: Number) -> Number:
    return None if lamports is None else lamports / _LAMPORTS


def _stats_call(symbol: str) -> Call:
    return Call(f"/collections/{symbol}/stats")


PROVIDER = Provider(
    id=_ID,
    name="Magic Eden",
    category="nft",
    base_url="https://api-mainnet.magiceden.dev/v2",
    docs_url="https://docs.magiceden.io",
    limits=(Limit(120, 60),),
    sources=(Source(NFT_PAGE, now(*(Question(_stats_call(s), _parse) for s in _NAMES))),),
    endpoints=(
        Endpoint("nft", _stats_call("okay_bears")),
        Endpoint("nft", Call("/collections", {"offset": "0", "limit": "20"})),
    ),
)
