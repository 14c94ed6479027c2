"""A public node of Polygon."""

from resources.providers.base import Endpoint, Limit, Provider
from resources.providers.families.evm import node_sources, rpc

_ID = "publicnode_polygon"

PROVIDER = Provider(
    id=_ID,
    name="PublicNode Polygon",
    category="rpc_node",
    base_url="https://polygon-bor-rpc.publicnode.com",
    docs_url="https://www.publicnode.com",
    limits=(Limit(30, 60),),  # undocumented
    sources=node_sources("polygon", _ID),
    endpoints=(
        Endpoint("rpc", rpc("eth_blockNumber")),
        Endpoint("onchain", rpc("eth_gasPrice")),
    ),
    ws_url="wss://polygon-bor-rpc.publicnode.com",
)
