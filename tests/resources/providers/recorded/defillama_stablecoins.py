"""What is recorded of defillama_stablecoins."""

from typing import Any

from tests.resources.providers.recorded.base import Recorded, Rows


def _coins(payload: Any, _: str) -> Rows:
    rows: Rows = []
    for coin in payload["peggedAssets"]:
        peg, price = coin["pegType"], coin.get("price")
        amount, before = coin["circulating"].get(peg), coin["circulatingPrevWeek"]
        week = before.get(peg) if isinstance(before, dict) else None
        worth = 1 if price is None and peg == "peggedUSD" else price
        rows.append(
            (
                coin["id"],
                coin["symbol"],
                coin["name"],
                peg,
                coin["pegMechanism"],
                price,
                amount,
                None if amount is None or worth is None else amount * worth,
                (amount / week - 1) * 100 if amount is not None and week else None,
                len(coin["chains"]),
            )
        )
    known = [row for row in rows if row[7] is not None and row[7] >= 0]
    unknown = [row for row in rows if row not in known]
    return sorted(known, key=lambda row: -row[7])[:100] + unknown[:50]


_COIN = {
    "id": "1",
    "name": "Tether",
    "symbol": "USDT",
    "gecko_id": "tether",
    "pegType": "peggedUSD",
    "pegMechanism": "fiat-backed",
    "price": 0.9990990071106195,
    "circulating": {"peggedUSD": 183284099661.94125},
    "circulatingPrevWeek": {"peggedUSD": 184464410243.91495},
    "chains": ["Tron", "Ethereum"],
}
RECORDED = {
    "page defi_stablecoins": Recorded(
        r"stablecoins\.llama\.fi/stablecoins",
        _coins,
        sound={
            "peggedAssets": [
                _COIN,
                {**_COIN, "id": "2", "price": None, "circulatingPrevWeek": 0},
                {
                    **_COIN,
                    "id": "3",
                    "pegType": "peggedEUR",
                    "price": 1.08,
                    "circulating": {"peggedEUR": 3e8},
                },
            ]
        },
    ),
}
