"""What is told of geckoterminal."""

from typing import Any

from tests.resources.providers.recorded.base import Recorded, Rows


def _trending(payload: Any, _: str) -> Rows:
    names = {token["id"]: token["attributes"] for token in payload["included"]}
    rows: Rows = []
    for pool in payload["data"]:
        token = names[pool["relationships"]["base_token"]["data"]["id"]]
        told = pool["attributes"]
        rows.append(
            (
                token["coingecko_coin_id"],
                token["symbol"],
                token["name"],
                len(rows) + 1,
                None,
                float(told["base_token_price_usd"]),
                float(told["price_change_percentage"]["h24"]),
                float(told["volume_usd"]["h24"]),
            )
        )
    return rows


RECORDED = {
    "page trending": Recorded(
        r"api\.geckoterminal\.com/api/v2/networks/trending_pools",
        _trending,
        sound={
            "data": [
                {
                    "id": "solana_EP2ib6",
                    "type": "pool",
                    "attributes": {
                        "name": "$WIF / SOL",
                        "base_token_price_usd": "0.216341",
                        "price_change_percentage": {"h1": "2.75", "h24": "-11.76"},
                        "volume_usd": {"h1": "782023.14", "h24": "41413570.13"},
                    },
                    "relationships": {
                        "base_token": {"data": {"id": "solana_EKpQGS", "type": "token"}}
                    },
                }
            ],
            "included": [
                {
                    "id": "solana_EKpQGS",
                    "type": "token",
                    "attributes": {
                        "name": "dogwifhat",
                        "symbol": "$WIF",
                        "coingecko_coin_id": "dogwifcoin",
                    },
                }
            ],
        },
        unrecorded="on no recording; shape of its guide and of public clients",
    ),
}
