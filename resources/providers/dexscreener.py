"""DexScreener: prices of tokens where they are traded on chain, by the token's address."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.market import Asset
from resources.providers.base import Call, Endpoint, Limit, Provider, Tickers
from resources.providers.families.coins import coin_speller
from resources.providers.parsing import Number, quote_frame, read

_ID = "dexscreener"
_BATCH = 30
# On Ethereum; ether is told by its wrapped form, which is always worth one.
_ADDRESSES = {
    "AAVE": "0x7Fc66500c84A76Ad7e9c93437bFc5Ac33E2DDaE9",
    "APE": "0x4d224452801ACEd8B2F0aebE155379bb5D594381",
    "AXS": "0xBB0E17EF65F82Ab018d8EDd776e8DD940327B28b",
    "CHZ": "0x3506424F91fD33084466F402d5D97f05F8e3b4AF",
    "COMP": "0xc00e94Cb662C3520282E6f5717214004A7f26888",
    "CRO": "0xA0b73E1Ff0B80914AB6fe0444E65848C4C34450b",
    "CRV": "0xD533a949740bb3306d119CC777fa900bA034cd52",
    "DAI": "0x6B175474E89094C44Da98b954EedeAC495271d0F",
    "ENA": "0x57e114B691Db790C35207b2e685D4A43181e6061",
    "ENS": "0xC18360217D8F7Ab5e7c516566761Ea12Ce7F9D72",
    "ETH": "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
    "FDUSD": "0xc5f0f7b66764F6ec8C8Dff7BA683102295E16409",
    "FET": "0xaea46A60368A7bD060eec7DF8CBa43b7EF41Ad85",
    "FLOKI": "0xcf0C122c6b73ff809C693DB761e7BaeBe62b6a2E",
    "GALA": "0xd1d2Eb1B1e90B638588728b4130137D262C87cae",
    "GRT": "0xc944E90C64B2c07662A292be6244BDf05Cda44a7",
    "IMX": "0xF57e7e7C23978C3cAEC3C3548E3D615c346e79fF",
    "LDO": "0x5A98FcBEA516Cf06857215779Fd812CA3beF1B32",
    "LINK": "0x514910771AF9Ca656af840dff83E8264EcF986CA",
    "MANA": "0x0F5D2fB29fb7d3CFeE444a200298f468908cC942",
    "MNT": "0x3c3a81e81dc49A522A592e7622A7E711c06bf354",
    "ONDO": "0xfAbA6f8e4a5E8Ab82F62fe7C39859FA577269BE3",
    "PEPE": "0x6982508145454Ce325dDbE47a25d4ec3d2311933",
    "POL": "0x455e53CBB86018Ac2B8092FdCd39d8444aFFC3F6",
    "PYUSD": "0x6c3ea9036406852006290770BEdFcAbA0e23A0e8",
    "QNT": "0x4a220E6096B25EADb88358cb44068A3248254675",
    "RENDER": "0x6De037ef9aD2725EB40118Bb1702EBb27e4Aeb24",
    "SAND": "0x3845badAde8e6dFF049820680d1F14bD3903a5d0",
    "SHIB": "0x95aD61b0a150d79219dCF64E1E6Cc01f0B64C4cE",
    "SKY": "0x56072C95FAA701256059aa122697B133aDEd9279",
    "SNX": "0xC011a73ee8576Fb46F5E1c5751cA3B9Fe0af2a6F",
    "STRK": "0xCa14007Eff0dB1f8135f4C25B34De49AB0d42766",
    "UNI": "0x1f9840a85d5aF5bf1D1762F925BDADdC4201F984",
    "USDC": "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
    "USDE": "0x4c9EDD5852cd905f086C759E8383e09bff1E68B3",
    "USDT": "0xdAC17F958D2ee523a2206206994597C13D831ec7",
    "WLD": "0x163f8C2467924be0ae7B5347228CABF260318753",
}


class _Token(msgspec.Struct):
    address: str


class _Liquidity(msgspec.Struct):
    usd: Number = None


class _Change(msgspec.Struct):
    h24: Number = None


class _Pair(msgspec.Struct, rename="camel"):
    base_token: _Token
    price_usd: Number = None
    price_change: _Change | None = None
    liquidity: _Liquidity | None = None

    @property
    def depth(self) -> float:
        """What lies in the pool, in USD."""
        depth = self.liquidity.usd if self.liquidity else None
        # NaN fails the comparison.
        return depth if depth is not None and depth > 0 else 0.0


_PAIRS = msgspec.json.Decoder(list[_Pair], strict=False)


def _identify(asset: Asset) -> str | None:
    return _ADDRESSES.get(asset.ticker)


def _tickers_call(natives: Sequence[str]) -> Call:
    return Call(f"/tokens/v1/ethereum/{','.join(natives)}")


def _parse_tickers(body: bytes, natives: Sequence[str]) -> pl.DataFrame:
    """
    Pairs of the tokens; the price is that of the pair in which most lies. It tells no time:

        [{"chainId":"ethereum","dexId":"uniswap","pairAddress":"0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640",
          "baseToken":{"address":"0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2","symbol":"WETH", ...},
          "quoteToken":{"symbol":"USDC", ...},"priceNative":"1900.1","priceUsd":"1900.16",
          "priceChange":{"h24":-1.2},"liquidity":{"usd":78000000.5, ...}, ...}]
    """
    spelt = {native.lower(): native for native in natives}
    deepest: dict[str, _Pair] = {}
    for pair in read(_PAIRS, body, _ID):
        address = spelt.get(pair.base_token.address.lower(), pair.base_token.address)
        known = deepest.get(address)
        if pair.price_usd is not None and (known is None or pair.depth > known.depth):
            deepest[address] = pair
    return quote_frame(
        [
            (address, pair.price_usd, None, pair.price_change.h24 if pair.price_change else None)
            for address, pair in deepest.items()
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="DexScreener",
    category="market_data",
    base_url="https://api.dexscreener.com",
    docs_url="https://docs.dexscreener.com/api/reference",
    limits=(Limit(300, 60),),
    native=coin_speller(_identify),
    tickers=Tickers(_BATCH, _tickers_call, _parse_tickers),
    endpoints=(
        Endpoint("prices", _tickers_call([_ADDRESSES["ETH"]])),
        Endpoint("prices", _tickers_call([_ADDRESSES["LINK"], _ADDRESSES["UNI"]])),
    ),
    update="periodic",
)
