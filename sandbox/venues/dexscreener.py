"""DexScreener: pools of tokens on chain, by the address of the token."""

from typing import Any

from resources.market import Asset
from sandbox.exchange import Ticker
from sandbox.families.coins import CoinVenue
from sandbox.families.numbers import percent
from sandbox.families.routes import Route
from sandbox.venue import Answer

_TOKENS = "/tokens/v1/ethereum/"
_MOST = 30
# On Ethereum, by our tickers.
ADDRESSES = {
    "ETH": "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
    "USDT": "0xdAC17F958D2ee523a2206206994597C13D831ec7",
    "USDC": "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
    "DAI": "0x6B175474E89094C44Da98b954EedeAC495271d0F",
    "FDUSD": "0xc5f0f7b66764F6ec8C8Dff7BA683102295E16409",
    "PYUSD": "0x6c3ea9036406852006290770BEdFcAbA0e23A0e8",
    "USDE": "0x4c9EDD5852cd905f086C759E8383e09bff1E68B3",
    "LINK": "0x514910771AF9Ca656af840dff83E8264EcF986CA",
    "SHIB": "0x95aD61b0a150d79219dCF64E1E6Cc01f0B64C4cE",
    "UNI": "0x1f9840a85d5aF5bf1D1762F925BDADdC4201F984",
    "AAVE": "0x7Fc66500c84A76Ad7e9c93437bFc5Ac33E2DDaE9",
    "PEPE": "0x6982508145454Ce325dDbE47a25d4ec3d2311933",
    "ENA": "0x57e114B691Db790C35207b2e685D4A43181e6061",
    "ONDO": "0xfAbA6f8e4a5E8Ab82F62fe7C39859FA577269BE3",
    "WLD": "0x163f8C2467924be0ae7B5347228CABF260318753",
    "POL": "0x455e53CBB86018Ac2B8092FdCd39d8444aFFC3F6",
    "RENDER": "0x6De037ef9aD2725EB40118Bb1702EBb27e4Aeb24",
    "QNT": "0x4a220E6096B25EADb88358cb44068A3248254675",
    "SKY": "0x56072C95FAA701256059aa122697B133aDEd9279",
    "IMX": "0xF57e7e7C23978C3cAEC3C3548E3D615c346e79fF",
    "CRV": "0xD533a949740bb3306d119CC777fa900bA034cd52",
    "LDO": "0x5A98FcBEA516Cf06857215779Fd812CA3beF1B32",
    "GRT": "0xc944E90C64B2c07662A292be6244BDf05Cda44a7",
    "FET": "0xaea46A60368A7bD060eec7DF8CBa43b7EF41Ad85",
    "STRK": "0xCa14007Eff0dB1f8135f4C25B34De49AB0d42766",
    "CHZ": "0x3506424F91fD33084466F402d5D97f05F8e3b4AF",
    "FLOKI": "0xcf0C122c6b73ff809C693DB761e7BaeBe62b6a2E",
    "ENS": "0xC18360217D8F7Ab5e7c516566761Ea12Ce7F9D72",
    "SAND": "0x3845badAde8e6dFF049820680d1F14bD3903a5d0",
    "GALA": "0xd1d2Eb1B1e90B638588728b4130137D262C87cae",
    "MANA": "0x0F5D2fB29fb7d3CFeE444a200298f468908cC942",
    "AXS": "0xBB0E17EF65F82Ab018d8EDd776e8DD940327B28b",
    "APE": "0x4d224452801ACEd8B2F0aebE155379bb5D594381",
    "COMP": "0xc00e94Cb662C3520282E6f5717214004A7f26888",
    "SNX": "0xC011a73ee8576Fb46F5E1c5751cA3B9Fe0af2a6F",
    "CRO": "0xA0b73E1Ff0B80914AB6fe0444E65848C4C34450b",
    "MNT": "0x3c3a81e81dc49A522A592e7622A7E711c06bf354",
}


class DexScreener(CoinVenue):
    def coin(self, asset: Asset) -> str | None:
        return ADDRESSES.get(asset.ticker)

    def routes(self, path: str) -> Route | None:
        known = path.startswith(_TOKENS)
        return (lambda _query, now: self._pools(path, now)) if known else None

    def _pools(self, path: str, now: int) -> Answer:
        asked = path.removeprefix(_TOKENS).split(",")[:_MOST]
        rows = [
            row
            for address, ticker in self.quoted(asked, now)
            # A shallow pool beside the deep one is a little off.
            for row in (_pool(address, ticker, 0.02, 1.02), _pool(address, ticker, 1.0, 1.0))
        ]
        return Answer(rows, rows=rows)


VENUE = DexScreener


def _pool(address: str, ticker: Ticker, depth: float, skew: float) -> dict[str, Any]:
    price = ticker.last * skew
    return {
        "chainId": "ethereum",
        "dexId": "uniswap",
        "baseToken": {"address": address, "symbol": ticker.name.partition("/")[0]},
        "quoteToken": {"address": ADDRESSES["USDC"], "symbol": "USDC"},
        "priceNative": f"{price:.10f}",
        "priceUsd": f"{price:.10f}",
        "priceChange": {"h24": round(percent(ticker), 2)},
        "volume": {"h24": ticker.day.quote_volume * depth},
        "liquidity": {"usd": ticker.day.quote_volume * depth / 10},
    }
