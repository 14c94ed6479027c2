"""objkt: collections on Tezos, those that trade most."""

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source, now
from resources.providers.parsing import Count, Number, page_frame, read
from resources.schemas.nft import LARGEST, NFT_PAGE

_ID = "objkt"
_MUTEZ = 1e6


def _call(count: int) -> Call:
    """The collections with the largest volume of 24 hours."""
    fields = "contract name floor_price volume_24h items"
    query = f"{{ fa(limit: {count}, order_by: {{volume_24h: desc_nulls_last}}) {{ {fields} }} }}"
    return Call("/graphql", body=msgspec.json.encode({"query": query}))


class _Collection(msgspec.Struct):
    contract: str
    name: str | None
    floor_price: Number
    volume_24h: Number
    items: Count = None


class _Collections(msgspec.Struct):
    fa: list[_Collection]


class _Answer(msgspec.Struct):
    data: _Collections


_ANSWER = msgspec.json.Decoder(_Answer, strict=False)


def _parse(body: bytes) -> pl.DataFrame:
    """
    In millionths of a tez. Prices and volumes are null where nothing is for sale or was sold.

        {"data":{"fa":[{"contract":"KT1RJ6PbjHpwc3M5rw5s2Nbmefwbuwbdxton","name":"hic et nunc NFTs",
          "floor_price":100000,"volume_24h":412000000,"items":781234}, ...]}}
    """
    return page_frame(
        NFT_PAGE,
        [
            (
                one.contract,
                one.name,
                "tezos",
                "XTZ",
                _tez(one.floor_price) or None,
                _tez(one.volume_24h),
                None,
                None,
                None,
                one.items,
            )
            for one in read(_ANSWER, body, _ID).data.fa
        ],
    )


def _tez(mutez: Number) -> Number:
    return None if mutez is None else mutez / _MUTEZ


PROVIDER = Provider(
    id=_ID,
    name="objkt",
    category="nft",
    base_url="https://data.objkt.com/v3",
    docs_url="https://data.objkt.com/docs",
    limits=(Limit(120, 60),),
    sources=(Source(NFT_PAGE, now(Question(_call(LARGEST), _parse))),),
    endpoints=(Endpoint("nft", _call(10)),),
)
