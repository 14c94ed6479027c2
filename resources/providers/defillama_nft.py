"""DefiLlama NFT: floors of collections on Ethereum."""

from operator import itemgetter

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source, now
from resources.providers.parsing import Count, Number, page_frame, read
from resources.schemas.nft import LARGEST, NFT_PAGE

_ID = "defillama_nft"
_COLLECTIONS_CALL = Call("/collections")


class _Collection(msgspec.Struct, rename="camel"):
    collection_id: str
    name: str | None
    floor_price: Number
    total_supply: Count = None
    on_sale_count: Count = None


_COLLECTIONS = msgspec.json.Decoder(list[_Collection], strict=False)


def _parse(body: bytes) -> pl.DataFrame:
    """
    Thousands of collections, by the address of their contract; prices in ether. It tells no volumes.
    Of those with a floor the 100 that are worth most at it.

        [{"collectionId":"0xbc4ca0eda7647a8ab7c2061c2e118a18a936f13d","name":"Bored Ape Yacht Club",
          "symbol":"BAYC","image":"https://...","totalSupply":9998,"onSaleCount":341,"floorPrice":7.9,
          "floorPricePctChange1Day":-1.2,"floorPricePctChange7Day":3.4}, ...]
    """
    offered = [one for one in read(_COLLECTIONS, body, _ID) if one.floor_price]
    worth = [(abs(one.floor_price or 0.0) * (one.total_supply or 0), one) for one in offered]
    largest = sorted(worth, key=itemgetter(0), reverse=True)[:LARGEST]
    return page_frame(
        NFT_PAGE,
        [
            (
                one.collection_id,
                one.name,
                "ethereum",
                "ETH",
                one.floor_price,
                None,
                None,
                one.on_sale_count,
                None,
                one.total_supply,
            )
            for _, one in largest
        ],
    )


PROVIDER = Provider(
    id=_ID,
    name="DefiLlama NFT",
    category="nft",
    base_url="https://nft.llama.fi",
    docs_url="https://api-docs.defillama.com",
    limits=(Limit(30, 60),),
    sources=(Source(NFT_PAGE, now(Question(_COLLECTIONS_CALL, _parse))),),
    endpoints=(Endpoint("nft", Call("/exchangeVolume")), Endpoint("nft", _COLLECTIONS_CALL)),
)
