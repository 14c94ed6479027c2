"""What is recorded of dexpaprika."""

from typing import Any

from tests.resources.providers.recorded.base import Recorded, Rows


def _networks(payload: Any, _: str) -> Rows:
    told = [one for one in payload if one.get("volume_usd_24h") is not None]
    return [
        ("all", one["id"], one["display_name"], one["volume_usd_24h"], None, None, None)
        for one in sorted(told, key=lambda one: -one["volume_usd_24h"])
    ]


RECORDED = {
    "page defi_dex_volumes": Recorded(
        r"api\.dexpaprika\.com/networks",
        _networks,
        sound=[
            {"id": "bsc", "display_name": "BSC", "volume_usd_24h": 1.5e9, "txns_24h": 9},
            {"id": "ethereum", "display_name": "Ethereum", "volume_usd_24h": 1983312204.5},
            {"id": "fantom", "display_name": "Fantom"},
        ],
        unrecorded="the fields are those of its own command line client",
    ),
}
