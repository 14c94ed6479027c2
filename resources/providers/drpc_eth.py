"""A public node of Ethereum."""

from resources.providers.base import Endpoint, Limit, Provider
from resources.providers.families.evm import node_sources, rpc

_ID = "drpc_eth"

PROVIDER = Provider(
    id=_ID,
    name="dRPC Ethereum",
    category="rpc_node",
    base_url="https://eth.drpc.org",
    docs_url="https://drpc.org/docs",
    limits=(Limit(30, 60),),  # undocumented
    sources=node_sources("ethereum", _ID),
    endpoints=(
        Endpoint("rpc", rpc("eth_blockNumber")),
        Endpoint("onchain", rpc("eth_gasPrice")),
    ),
    ws_url="wss://eth.drpc.org",
)
