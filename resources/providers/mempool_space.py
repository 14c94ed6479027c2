"""mempool.space: Bitcoin's fees, blocks and difficulty."""

from resources.providers.base import Call, Endpoint, Limit, Provider, Source, now
from resources.providers.families.esplora import hash_rate, newest_block, recommended
from resources.schemas.onchain import BLOCKS_PAGE, ONCHAIN_PAGE

_ID = "mempool_space"
_CHAIN = "bitcoin"

PROVIDER = Provider(
    id=_ID,
    name="mempool.space",
    category="onchain_analytics",
    base_url="https://mempool.space/api",
    docs_url="https://mempool.space/docs/api/rest",
    limits=(Limit(30, 60),),  # undocumented
    sources=(
        Source(ONCHAIN_PAGE, now(recommended(_CHAIN, _ID), hash_rate(_CHAIN, _ID))),
        Source(BLOCKS_PAGE, now(newest_block(_CHAIN, _ID, "/v1/blocks"))),
    ),
    endpoints=(
        Endpoint("onchain", Call("/v1/fees/recommended")),
        Endpoint("onchain", Call("/v1/difficulty-adjustment")),
        Endpoint("onchain", Call("/v1/lightning/statistics/latest")),
    ),
    health=Call("/blocks/tip/height"),
    update="periodic",
    ws_url="wss://mempool.space/api/v1/ws",
)
