"""What is recorded of objkt."""

from typing import Any

from tests.resources.providers.recorded.base import Recorded, Rows


def _collections(payload: Any, _: str) -> Rows:
    return [
        (
            row["contract"],
            row["name"],
            "tezos",
            "XTZ",
            row["floor_price"] / 1e6,
            row["volume_24h"] / 1e6,
            None,
            None,
            None,
            row["items"],
        )
        for row in payload["data"]["fa"]
    ]


RECORDED = {
    "page nft": Recorded(
        r"data\.objkt\.com/v3/graphql",
        _collections,
        sound={
            "data": {
                "fa": [
                    {
                        "contract": "KT1RJ6PbjHpwc3M5rw5s2Nbmefwbuwbdxton",
                        "name": "hic et nunc NFTs",
                        "floor_price": 100_000,
                        "volume_24h": 412_000_000,
                        "items": 781_234,
                    }
                ]
            }
        },
        unrecorded="on no recording; shape taken from public clients",
    ),
}
