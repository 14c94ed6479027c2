"""DexPaprika: what is traded on the decentralised exchanges of each chain."""

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source, now
from resources.providers.families.largest import largest
from resources.providers.parsing import Number, page_frame, read
from resources.schemas.defi import ALL, DEFI_DEX_VOLUMES_PAGE

_ID = "dexpaprika"
# So many are kept of an answer, the largest ones.
NETWORKS = 100


class _Network(msgspec.Struct):
    id: str
    display_name: str | None = None
    volume_usd_24h: Number = None


_NETWORKS = msgspec.json.Decoder(list[_Network], strict=False)


def _parse(body: bytes) -> pl.DataFrame:
    """
    A chain each; one without a volume is left out.

        [{"id":"ethereum","display_name":"Ethereum","volume_usd_24h":1983312204.5,
          "txns_24h":301122,"pools_count":412077}, ...]
    """
    networks = [one for one in read(_NETWORKS, body, _ID) if one.volume_usd_24h is not None]
    return page_frame(
        DEFI_DEX_VOLUMES_PAGE,
        [
            (ALL, one.id, one.display_name, one.volume_usd_24h, None, None, None)
            for one in largest(networks, lambda one: one.volume_usd_24h, NETWORKS)
        ],
    )


PROVIDER = Provider(
    id=_ID,
    name="DexPaprika",
    category="market_data",
    base_url="https://api.dexpaprika.com",
    docs_url="https://docs.dexpaprika.com",
    limits=(Limit(10_000, 86_400),),
    sources=(Source(DEFI_DEX_VOLUMES_PAGE, now(Question(Call("/networks"), _parse))),),
    endpoints=(
        Endpoint("market", Call("/stats")),
        Endpoint(
            "defi",
            Call(
                "/networks/ethereum/pools",
                {"limit": "10", "order_by": "volume_usd", "sort": "desc"},
            ),
        ),
    ),
    update="scheduled",
)
