"""What is recorded of yearn."""

from typing import Any

from tests.resources.providers.recorded.base import Recorded, Rows

_CHAINS = {1: "Ethereum", 747474: "Katana"}


def _vaults(payload: Any, _: str) -> Rows:
    rows: Rows = []
    for vault in sorted(payload, key=lambda vault: -vault["tvl"]["tvl"])[:100]:
        chain = _CHAINS.get(vault["chainID"], str(vault["chainID"]))
        net, staked = vault["apr"]["netAPR"], vault["apr"]["extra"]["stakingRewardsAPR"]
        base, reward = net * 100, None if staked is None else staked * 100
        rows.append(
            (
                f"{chain.lower()}:{vault['address']}",
                "yearn-finance",
                chain,
                vault["symbol"],
                vault["tvl"]["tvl"],
                base + (reward or 0),
                base,
                reward,
                vault["category"] == "Stablecoin",
            )
        )
    return rows


def _vault(address: str, chain: int, tvl: float, staked: float | None) -> dict[str, Any]:
    return {
        "address": address,
        "symbol": "yvUSDC-1",
        "category": "Stablecoin",
        "chainID": chain,
        "tvl": {"totalAssets": "32168045000000", "tvl": tvl, "price": 0.99979},
        "apr": {
            "type": "v3:averaged",
            "netAPR": 0.0612,
            "extra": {"stakingRewardsAPR": staked, "gammaRewardAPR": None},
        },
    }


RECORDED = {
    "page defi_yields": Recorded(
        r"ydaemon\.yearn\.fi/vaults",
        _vaults,
        sound=[
            _vault("0xBe53A109B494E5c9f97b9Cd39Fe969BE68BF6204", 1, 32161289.1, None),
            _vault("0x80c34BD3A3569E126e7055831036aa7b212cB159", 747474, 41161289.5, 0.025),
            _vault("0x0000000000000000000000000000000000000001", 5, 0.0, None),
        ],
        unrecorded="the fields are those of its server's own models",
    ),
}
