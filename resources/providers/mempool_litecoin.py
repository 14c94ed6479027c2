"""litecoinspace.org: what mempool.space tells of Bitcoin, of Litecoin."""

from resources.providers.base import Call, Endpoint, Limit, Provider, Source, now
from resources.providers.families.esplora import hash_rate, newest_block, recommended
from resources.schemas.onchain import BLOCKS_PAGE, ONCHAIN_PAGE

_ID = "mempool_litecoin"
_CHAIN = "litecoin"

PROVIDER = Provider(
    id=_ID,
    name="litecoinspace.org",
    category="block_explorer",
    base_url="https://litecoinspace.org/api",
    docs_url="https://litecoinspace.org/docs/api/rest",
    limits=(Limit(30, 60),),  # undocumented
    sources=(
        Source(ONCHAIN_PAGE, now(recommended(_CHAIN, _ID), hash_rate(_CHAIN, _ID))),
        Source(BLOCKS_PAGE, now(newest_block(_CHAIN, _ID, "/v1/blocks"))),
    ),
    endpoints=(Endpoint("onchain", Call("/v1/fees/recommended")),),
    health=Call("/blocks/tip/height"),
    ws_url="wss://litecoinspace.org/api/v1/ws",
)
