"""A public node of BNB Smart Chain."""

from resources.providers.base import Endpoint, Limit, Provider
from resources.providers.families.evm import node_sources, rpc

_ID = "publicnode_bsc"

PROVIDER = Provider(
    id=_ID,
    name="PublicNode BNB Smart Chain",
    category="rpc_node",
    base_url="https://bsc-rpc.publicnode.com",
    docs_url="https://www.publicnode.com",
    limits=(Limit(30, 60),),  # undocumented
    sources=node_sources("bsc", _ID),
    endpoints=(
        Endpoint("rpc", rpc("eth_blockNumber")),
        Endpoint("onchain", rpc("eth_gasPrice")),
    ),
    ws_url="wss://bsc-rpc.publicnode.com",
)
