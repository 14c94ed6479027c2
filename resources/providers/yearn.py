"""Yearn: what its own vaults hold and pay."""

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source, now
from resources.providers.families.largest import largest
from resources.providers.families.pages import hundredfold
from resources.providers.parsing import Number, page_frame, read
from resources.schemas.defi import DEFI_YIELDS_PAGE

_ID = "yearn"
# So many are kept of an answer, the largest ones.
VAULTS = 100
_PROJECT = "yearn-finance"
# Its chains by their ids; another goes by its number.
_CHAINS = {
    1: "Ethereum",
    10: "OP Mainnet",
    100: "Gnosis",
    137: "Polygon",
    146: "Sonic",
    250: "Fantom",
    8453: "Base",
    42161: "Arbitrum",
    747474: "Katana",
}


class _Locked(msgspec.Struct):
    tvl: Number = None


class _Extra(msgspec.Struct):
    stakingRewardsAPR: Number = None  # noqa: N815 (its spelling)


class _Rate(msgspec.Struct):
    netAPR: Number = None  # noqa: N815
    extra: _Extra = msgspec.field(default_factory=_Extra)


class _Vault(msgspec.Struct):
    tvl: _Locked
    apr: _Rate
    address: str | None = None
    symbol: str | None = None
    chainID: int = 0  # noqa: N815
    category: str | None = None


_VAULTS = msgspec.json.Decoder(list[_Vault], strict=False)


def _parse(body: bytes) -> pl.DataFrame:
    """
    A vault each; rates are fractions a year, what stakers are paid beside it is `extra`.

        [{"address":"0xBe53A109B494E5c9f97b9Cd39Fe969BE68BF6204","type":"Yearn Vault",
          "symbol":"yvUSDC-1","name":"USDC-1 yVault","category":"Stablecoin","chainID":1,
          "tvl":{"totalAssets":"32168045000000","tvl":32161289.1,"price":0.99979},
          "apr":{"type":"v3:averaged","netAPR":0.0612,"fees":{"performance":0.1,"management":0},
            "extra":{"stakingRewardsAPR":null,"gammaRewardAPR":null}}}, ...]
    """
    vaults = read(_VAULTS, body, _ID)
    kept = largest(vaults, lambda vault: vault.tvl.tvl, VAULTS)
    return page_frame(DEFI_YIELDS_PAGE, [_row(vault) for vault in kept])


def _row(vault: _Vault) -> tuple[object, ...]:
    base = hundredfold(vault.apr.netAPR)
    reward = hundredfold(vault.apr.extra.stakingRewardsAPR)
    apy = None if base is None else base + (reward or 0.0)
    chain = _CHAINS.get(vault.chainID, str(vault.chainID))
    stable = None if vault.category is None else vault.category == "Stablecoin"
    pool = vault.address and f"{chain.lower()}:{vault.address}"
    return (pool, _PROJECT, chain, vault.symbol, vault.tvl.tvl, apy, base, reward, stable)


PROVIDER = Provider(
    id=_ID,
    name="Yearn yDaemon",
    category="defi",
    base_url="https://ydaemon.yearn.fi",
    docs_url="https://ydaemon.yearn.fi",
    limits=(Limit(30, 60),),  # undocumented
    sources=(
        Source(
            DEFI_YIELDS_PAGE,
            now(Question(Call("/vaults", {"hideAlways": "true", "limit": "2500"}), _parse)),
        ),
    ),
    endpoints=(
        Endpoint("defi", Call("/1/vaults/0xa354F35829Ae975e850e23e9615b11Da1B3dC4DE")),
        Endpoint("defi", Call("/1/tvl")),
    ),
    update="scheduled",
)
