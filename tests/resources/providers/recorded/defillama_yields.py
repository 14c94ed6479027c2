"""What is recorded of defillama_yields."""

from typing import Any

from tests.resources.providers.recorded.base import Recorded, Rows

_NAMES = ("pool", "project", "chain", "symbol", "tvlUsd", "apy", "apyBase", "apyReward")


def _pools(payload: Any, _: str) -> Rows:
    return [
        (*(pool[name] for name in _NAMES), pool["stablecoin"])
        for pool in sorted(payload["data"], key=lambda pool: -pool["tvlUsd"])[:300]
    ]


RECORDED = {
    "page defi_yields": Recorded(
        r"yields\.llama\.fi/pools",
        _pools,
        sound={
            "status": "success",
            "data": [
                {
                    "chain": "Base",
                    "project": "aave-v3",
                    "symbol": "USDC",
                    "tvlUsd": 210000000,
                    "apyBase": 4.1,
                    "apyReward": 0.4,
                    "apy": 4.5,
                    "pool": "7e0661bf-8cf3-45e6-9424-31916d4c7b84",
                    "stablecoin": True,
                },
                {
                    "chain": "Ethereum",
                    "project": "lido",
                    "symbol": "STETH",
                    "tvlUsd": 32493036117,
                    "apyBase": 2.84,
                    "apyReward": None,
                    "apy": 2.84,
                    "pool": "747c1d2a-c668-4682-b9f9-296708a3dd90",
                    "stablecoin": False,
                },
            ],
        },
        unrecorded="the body follows its OpenAPI document",
    ),
}
