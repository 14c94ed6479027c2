"""DefiLlama: what is locked in protocols and chains, now and by day, what is traded and earned."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source, now
from resources.providers.families.largest import largest
from resources.providers.parsing import Moment, Number, page_frame, read, read_rows
from resources.schemas.defi import (
    ALL,
    DEFI_CHAINS_PAGE,
    DEFI_DEX_VOLUMES_PAGE,
    DEFI_FEES_PAGE,
    DEFI_PROTOCOL_TVL_PAGE,
    DEFI_PROTOCOLS_PAGE,
    DEFI_TVL_PAGE,
)
from resources.scope import Scope

_ID = "defillama"
# So many are kept of an answer, the largest ones.
PROTOCOLS, DEXES, FEES = 300, 150, 200
# What lies at a company or secures a chain is not locked in decentralised finance.
_OUTSIDE = ("CEX", "Chain")
# MB: all protocols are 8, the history of one with hundreds of tokens is tens.
_LARGE, _HUGE = 32, 64
_DAY = 86_400
_DAY_MS = 86_400_000


class _Protocol(msgspec.Struct):
    tvl: Number
    slug: str | None = None
    name: str | None = None
    category: str | None = None
    chains: list[str] = []
    chainTvls: dict[str, Number] = {}  # noqa: N815 (its spelling)
    change_1d: Number = None
    change_7d: Number = None
    mcap: Number = None


class _Chain(msgspec.Struct):
    tvl: Number
    name: str | None = None
    tokenSymbol: str | None = None  # noqa: N815
    gecko_id: str | None = None


class _Flow(msgspec.Struct):
    slug: str | None = None
    displayName: str | None = None  # noqa: N815
    category: str | None = None
    total24h: Number = None
    total7d: Number = None
    total30d: Number = None
    change_1d: Number = None


class _Overview(msgspec.Struct):
    protocols: list[_Flow]
    total24h: Number = None
    total7d: Number = None
    total30d: Number = None
    change_1d: Number = None


class _Day(msgspec.Struct):
    date: Moment
    tvl: Number


class _ProtocolDay(msgspec.Struct):
    date: Moment
    totalLiquidityUSD: Number  # noqa: N815


class _History(msgspec.Struct):
    tvl: list[_ProtocolDay]


_PROTOCOLS = msgspec.json.Decoder(list[_Protocol], strict=False)
_CHAINS = msgspec.json.Decoder(list[_Chain], strict=False)
_OVERVIEW = msgspec.json.Decoder(_Overview, strict=False)
_DAYS = msgspec.json.Decoder(list[_Day], strict=False)
_HISTORY = msgspec.json.Decoder(_History, strict=False)


def _parse_protocols(body: bytes) -> pl.DataFrame:
    """
    In no order to rely on; chainTvls has parts as "Ethereum-borrowed" too, which are none of TVL.

        [{"id":"182","name":"Lido","slug":"lido","category":"Liquid Staking",
          "chains":["Ethereum","Solana"],"tvl":20300512077.4,
          "chainTvls":{"Ethereum":20299011512.1,"Solana":1500565.3},
          "change_1h":0.05,"change_1d":-1.02,"change_7d":4.61,"mcap":512077411.2}, ...]
    """
    within = (one for one in read_rows(_PROTOCOLS, body, _ID) if one.category not in _OUTSIDE)
    return page_frame(
        DEFI_PROTOCOLS_PAGE,
        [
            (
                one.slug,
                one.name,
                one.category,
                one.chains,
                one.tvl,
                [{"chain": name, "tvl": one.chainTvls.get(name)} for name in one.chains],
                one.change_1d,
                one.change_7d,
                one.mcap,
            )
            for one in largest(within, lambda one: one.tvl, PROTOCOLS)
        ],
    )


def _parse_chains(body: bytes) -> pl.DataFrame:
    """
    Without liquid staking and what is counted twice, as in the history.

        [{"gecko_id":"ethereum","tvl":65998652431.40,"tokenSymbol":"ETH","cmcId":"1027",
          "name":"Ethereum","chainId":1}, ...]
    """
    return page_frame(
        DEFI_CHAINS_PAGE,
        [
            (chain.name, chain.tvl, chain.tokenSymbol, chain.gecko_id)
            for chain in read_rows(_CHAINS, body, _ID)
        ],
    )


def _parse_volumes(body: bytes) -> pl.DataFrame:
    """
    Of the whole, and of each exchange; one without a figure of the last 24 hours is left out.

        {"allChains":["Solana","Ethereum"],"total24h":7921139942,"total7d":45571444412,
         "total30d":198911187133,"change_1d":6.47,"protocols":[{"total24h":83607735,
           "total7d":516020099,"total30d":2604783757,"change_1d":-0.82,"category":"Dexs",
           "displayName":"Curve DEX","slug":"curve-dex","chains":["Ethereum"]}, ...]}
    """
    told = read_rows(_OVERVIEW, body, _ID)
    rows = [(ALL, ALL, None, told.total24h, told.total7d, told.total30d, told.change_1d)]
    return page_frame(
        DEFI_DEX_VOLUMES_PAGE,
        [
            *rows,
            *(
                (dex.slug, ALL, dex.displayName, dex.total24h, dex.total7d, dex.total30d,
                 dex.change_1d)
                for dex in _active(told, DEXES)
            ),
        ],
    )  # fmt: skip


def _parse_fees(body: bytes) -> pl.DataFrame:
    """As volumes, of all that users pay: dataType is dailyFees."""
    return page_frame(
        DEFI_FEES_PAGE,
        [
            (one.slug, one.displayName, one.category, one.total24h, one.total7d, None, None)
            for one in _active(read_rows(_OVERVIEW, body, _ID), FEES)
        ],
    )


def _parse_revenue(body: bytes) -> pl.DataFrame:
    """As fees, of what the protocol or its holders keep: dataType is dailyRevenue."""
    return page_frame(
        DEFI_FEES_PAGE,
        [
            (one.slug, one.displayName, one.category, None, None, one.total24h, one.total7d)
            for one in _active(read_rows(_OVERVIEW, body, _ID), FEES)
        ],
    )


def _active(told: _Overview, most: int) -> list[_Flow]:
    active = (one for one in told.protocols if one.total24h is not None)
    return largest(active, lambda one: one.total24h, most)


def _overview(kind: str, data: str = "") -> Call:
    params = {"excludeTotalDataChart": "true", "excludeTotalDataChartBreakdown": "true"}
    return Call(f"/overview/{kind}", {**params, **({"dataType": data} if data else {})})


def _tvl_questions(scope: Scope) -> Sequence[Question]:
    """The history of the whole each time, and that of each chain that is named."""
    paths = [(ALL, ""), *((name, f"/{quote(name, safe='')}") for name in scope.names)]
    return [
        Question(Call(f"/v2/historicalChainTvl{path}"), partial(_parse_days, chain=name))
        for name, path in paths
    ]


def _parse_days(body: bytes, chain: str) -> pl.DataFrame:
    """
    A day each, oldest first, the last one as it stands; of 00:00 UTC, in seconds.

        [{"date":1514764800,"tvl":1062.5}, ..., {"date":1783728000,"tvl":98213387014}]
    """
    days = read(_DAYS, body, _ID)
    return page_frame(DEFI_TVL_PAGE, [(_ms(day.date), chain, day.tvl) for day in days])


def _protocol_questions(scope: Scope) -> Sequence[Question]:
    """The whole history of each protocol that is named; there is no question about all of them."""
    return [
        Question(
            Call(f"/protocol/{quote(slug, safe='')}", most_mb=_HUGE),
            partial(_parse_history, slug=slug),
        )
        for slug in scope.names
    ]


def _parse_history(body: bytes, slug: str) -> pl.DataFrame:
    """
    Beside it the answer has each chain and token by day, which makes megabytes of it.

        {"id":"182","name":"Lido","chainTvls":{...},"tokens":[...],
         "tvl":[{"date":1608336000,"totalLiquidityUSD":108711}, ...]}
    """
    days = read(_HISTORY, body, _ID).tvl
    return page_frame(
        DEFI_PROTOCOL_TVL_PAGE, [(_ms(day.date), slug, day.totalLiquidityUSD) for day in days]
    )


def _ms(seconds: int) -> int:
    """The day of a time: the last one is told with the hour."""
    return seconds // _DAY * _DAY_MS


PROVIDER = Provider(
    id=_ID,
    name="DefiLlama",
    category="defi",
    base_url="https://api.llama.fi",
    docs_url="https://api-docs.defillama.com",
    limits=(Limit(500, 60),),
    sources=(
        Source(
            DEFI_PROTOCOLS_PAGE, now(Question(Call("/protocols", most_mb=_LARGE), _parse_protocols))
        ),
        Source(DEFI_CHAINS_PAGE, now(Question(Call("/v2/chains"), _parse_chains))),
        Source(DEFI_DEX_VOLUMES_PAGE, now(Question(_overview("dexs"), _parse_volumes))),
        Source(
            DEFI_FEES_PAGE,
            now(
                Question(_overview("fees", "dailyFees"), _parse_fees),
                Question(_overview("fees", "dailyRevenue"), _parse_revenue),
            ),
        ),
        Source(DEFI_TVL_PAGE, _tvl_questions),
        Source(DEFI_PROTOCOL_TVL_PAGE, _protocol_questions),
    ),
    endpoints=(Endpoint("defi", Call("/v2/chains")), Endpoint("defi", Call("/tvl/aave-v3"))),
    health=Call("/tvl/aave-v3"),
    update="scheduled",
)
