"""Blockscout's explorer of Ethereum."""

from resources.providers.base import Call, Endpoint, Limit, Provider
from resources.providers.families.blockscout import explorer_sources

_ID = "blockscout_eth"

PROVIDER = Provider(
    id=_ID,
    name="Blockscout Ethereum",
    category="block_explorer",
    base_url="https://eth.blockscout.com/api/v2",
    docs_url="https://docs.blockscout.com/devs/apis",
    limits=(Limit(10, 1),),
    sources=explorer_sources("ethereum", _ID),
    endpoints=(Endpoint("onchain", Call("/stats")),),
)
