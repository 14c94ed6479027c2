"""A public node of BNB Smart Chain."""

from resources.providers.base import Endpoint, Limit, Provider
from resources.providers.families.evm import node_sources, rpc

_ID = "bnb_dataseed"

PROVIDER = Provider(
    id=_ID,
    name="BNB Chain dataseed",
    category="rpc_node",
    base_url="https://bsc-dataseed.bnbchain.org",
    docs_url="https://docs.bnbchain.org/bnb-smart-chain/developers/json_rpc/json-rpc-endpoint/",
    limits=(Limit(10_000, 300),),
    sources=node_sources("bsc", _ID),
    endpoints=(
        Endpoint("rpc", rpc("eth_blockNumber")),
        Endpoint("onchain", rpc("eth_gasPrice")),
    ),
    update="periodic",
)
