"""DefiLlama Yields: what the pools of all protocols pay."""

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source, now
from resources.providers.families.largest import largest
from resources.providers.parsing import Number, page_frame, read_rows
from resources.schemas.defi import DEFI_YIELDS_PAGE

_ID = "defillama_yields"
# So many are kept of an answer, the largest ones.
POOLS = 300
_MB = 32


class _Pool(msgspec.Struct):
    tvlUsd: Number  # noqa: N815 (its spelling)
    pool: str | None = None
    chain: str | None = None
    project: str | None = None
    symbol: str | None = None
    apy: Number = None
    apyBase: Number = None  # noqa: N815
    apyReward: Number = None  # noqa: N815
    stablecoin: bool | None = None


class _Pools(msgspec.Struct):
    data: list[_Pool]


_POOLS = msgspec.json.Decoder(_Pools, strict=False)


def _parse(body: bytes) -> pl.DataFrame:
    """
    About 20,000 pools, in some 12 MB; yields are percent a year.

        {"status":"success","data":[{"chain":"Ethereum","project":"lido","symbol":"STETH",
          "tvlUsd":32493036117,"apyBase":2.84,"apyReward":null,"apy":2.84,"rewardTokens":null,
          "pool":"747c1d2a-c668-4682-b9f9-296708a3dd90","stablecoin":false,"ilRisk":"no"}, ...]}
    """
    pools = largest(read_rows(_POOLS, body, _ID).data, lambda pool: pool.tvlUsd, POOLS)
    return page_frame(
        DEFI_YIELDS_PAGE,
        [
            (
                pool.pool,
                pool.project,
                pool.chain,
                pool.symbol,
                pool.tvlUsd,
                pool.apy,
                pool.apyBase,
                pool.apyReward,
                pool.stablecoin,
            )
            for pool in pools
        ],
    )


PROVIDER = Provider(
    id=_ID,
    name="DefiLlama Yields",
    category="defi",
    base_url="https://yields.llama.fi",
    docs_url="https://api-docs.defillama.com",
    limits=(Limit(500, 60),),
    sources=(Source(DEFI_YIELDS_PAGE, now(Question(Call("/pools", most_mb=_MB), _parse))),),
    # The pool of Lido's staked ether: all pools are too much to be watched.
    endpoints=(Endpoint("defi", Call("/chart/747c1d2a-c668-4682-b9f9-296708a3dd90")),),
    update="scheduled",
)
