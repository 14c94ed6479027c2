"""What is recorded of defillama_nft."""

from typing import Any

from tests.resources.providers.recorded.base import Recorded, Rows


def _collections(payload: Any, _: str) -> Rows:
    return [
        (
            row["collectionId"],
            row["name"],
            "ethereum",
            "ETH",
            float(row["floorPrice"]),
            None,
            None,
            row["onSaleCount"],
            None,
            row["totalSupply"],
        )
        for row in payload
        if row["floorPrice"]
    ]


RECORDED = {
    "page nft": Recorded(
        r"nft\.llama\.fi/collections",
        _collections,
        sound=[
            {
                "collectionId": "0xbc4ca0eda7647a8ab7c2061c2e118a18a936f13d",
                "name": "Bored Ape Yacht Club",
                "symbol": "BAYC",
                "totalSupply": 9998,
                "onSaleCount": 341,
                "floorPrice": 7.9,
            },
            {
                "collectionId": "0xed5af388653567af2f388e6224dc7c4b3241c544",
                "name": "Azuki",
                "symbol": "AZUKI",
                "totalSupply": 10000,
                "onSaleCount": None,
                "floorPrice": None,
            },
        ],
        unrecorded="on no recording; shape taken from public clients",
    ),
}
