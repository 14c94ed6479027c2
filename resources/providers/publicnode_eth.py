"""A public node of Ethereum."""

from resources.providers.base import Endpoint, Limit, Provider
from resources.providers.families.evm import node_sources, rpc

_ID = "publicnode_eth"

PROVIDER = Provider(
    id=_ID,
    name="PublicNode Ethereum",
    category="rpc_node",
    base_url="https://ethereum-rpc.publicnode.com",
    docs_url="https://www.publicnode.com",
    limits=(Limit(30, 60),),  # undocumented
    sources=node_sources("ethereum", _ID),
    endpoints=(
        Endpoint("rpc", rpc("eth_blockNumber")),
        Endpoint("onchain", rpc("eth_gasPrice")),
    ),
    update="periodic",
    ws_url="wss://ethereum-rpc.publicnode.com",
)
