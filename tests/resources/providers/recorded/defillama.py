"""What is recorded of defillama."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at

_DAY = 86_400
_DOCUMENTED = "the body follows its OpenAPI document and the code of its server"


def of_day(seconds: int) -> Any:
    return at(seconds // _DAY * _DAY * 1000)


def by_size(rows: list[Any], name: str, most: int) -> list[Any]:
    """The largest rows; those without a size behind them."""
    sized = [row for row in rows if row[name] is not None and row[name] >= 0]
    rest = [row for row in rows if row not in sized]
    return sorted(sized, key=lambda row: -float(row[name]))[:most] + rest[:50]


def _protocols(payload: Any, _: str) -> Rows:
    return [
        (
            one["slug"],
            one["name"],
            one["category"],
            one["chains"],
            one["tvl"],
            [{"chain": name, "tvl": one["chainTvls"][name]} for name in one["chains"]],
            one["change_1d"],
            one["change_7d"],
            one["mcap"],
        )
        for one in by_size([p for p in payload if p["category"] != "CEX"], "tvl", 300)
    ]


def _chains(payload: Any, _: str) -> Rows:
    return [(one["name"], one["tvl"], one["tokenSymbol"], one["gecko_id"]) for one in payload]


def _volumes(payload: Any, _: str) -> Rows:
    told = ("total24h", "total7d", "total30d", "change_1d")
    active = [one for one in payload["protocols"] if one.get("total24h") is not None]
    return [
        ("all", "all", None, *(payload[name] for name in told)),
        *(
            (one["slug"], "all", one["displayName"], *(one.get(name) for name in told))
            for one in by_size(active, "total24h", 150)
        ),
    ]


def _flows(place: Callable[[Any, Any], tuple[Any, ...]]) -> Callable[[Any, str], Rows]:
    def rows(payload: Any, _: str) -> Rows:
        active = [one for one in payload["protocols"] if one.get("total24h") is not None]
        return [
            (
                one["slug"],
                one["displayName"],
                one["category"],
                *place(one["total24h"], one.get("total7d")),
            )
            for one in by_size(active, "total24h", 200)
        ]

    return rows


def _days(payload: Any, _: str) -> Rows:
    return [(of_day(day["date"]), "all", day["tvl"]) for day in payload]


_FLOW: Mapping[str, Any] = {
    "slug": "curve-dex",
    "displayName": "Curve DEX",
    "category": "Dexs",
    "total24h": 83607735,
    "total7d": 516020099,
    "total30d": 2604783757,
    "change_1d": -0.82,
}
_OVERVIEW = {
    "total24h": 7921139942,
    "total7d": 45571444412,
    "total30d": 198911187133,
    "change_1d": 6.47,
    "protocols": [
        dict(_FLOW),
        {**_FLOW, "slug": "orca-dex", "total24h": 90000001, "change_1d": None},
        {**_FLOW, "slug": "gone", "total24h": None},
    ],
}
RECORDED = {
    "page defi_protocols": Recorded(
        r"api\.llama\.fi/protocols",
        _protocols,
        sound=[
            {
                "id": "2269",
                "name": "Binance CEX",
                "slug": "binance-cex",
                "category": "CEX",
                "chains": ["Bitcoin"],
                "tvl": 171e9,
                "chainTvls": {"Bitcoin": 171e9},
                "change_1d": 0.1,
                "change_7d": 0.2,
                "mcap": None,
            },
            {
                "id": "1599",
                "name": "Aave V3",
                "slug": "aave-v3",
                "category": "Lending",
                "chains": ["Ethereum", "Base"],
                "tvl": 34200000000.5,
                "chainTvls": {"Ethereum": 34e9, "Base": 200000000.5, "borrowed": 21e9},
                "change_1d": -1.5,
                "change_7d": 2.25,
                "mcap": 4e9,
            },
            {
                "id": "9",
                "name": "Listed",
                "slug": "listed",
                "category": "Yield",
                "chains": [],
                "tvl": None,
                "chainTvls": {},
                "change_1d": None,
                "change_7d": None,
                "mcap": None,
            },
        ],
        unrecorded=_DOCUMENTED,
    ),
    "page defi_chains": Recorded(
        r"api\.llama\.fi/v2/chains",
        _chains,
        sound=[
            {
                "gecko_id": "ethereum",
                "tvl": 65998652431.40251,
                "tokenSymbol": "ETH",
                "cmcId": "1027",
                "name": "Ethereum",
                "chainId": 1,
            },
            {"gecko_id": None, "tvl": 7e9, "tokenSymbol": None, "name": "Base", "chainId": 8453},
        ],
        unrecorded=_DOCUMENTED,
    ),
    "page defi_dex_volumes": Recorded(r"api\.llama\.fi/overview/dexs", _volumes, sound=_OVERVIEW),
    "page defi_fees": Recorded(
        r"api\.llama\.fi/overview/fees",
        _flows(lambda day, week: (day, week, None, None)),
        sound=_OVERVIEW,
    ),
    "page defi_fees 1": Recorded(
        r"api\.llama\.fi/overview/fees",
        _flows(lambda day, week: (None, None, day, week)),
        sound=_OVERVIEW,
    ),
    "page defi_tvl": Recorded(
        r"api\.llama\.fi/v2/historicalChainTvl",
        _days,
        sound=[
            {"date": SECONDS // _DAY * _DAY - _DAY, "tvl": 98213387014},
            {"date": SECONDS, "tvl": 98113387014},
        ],
        unrecorded=_DOCUMENTED,
    ),
}
