"""Blockscout's explorer of Polygon."""

from resources.providers.base import Call, Endpoint, Limit, Provider
from resources.providers.families.blockscout import explorer_sources

_ID = "blockscout_polygon"

PROVIDER = Provider(
    id=_ID,
    name="Blockscout Polygon",
    category="block_explorer",
    base_url="https://polygon.blockscout.com/api/v2",
    docs_url="https://docs.blockscout.com/devs/apis",
    limits=(Limit(10, 1),),
    sources=explorer_sources("polygon", _ID),
    endpoints=(Endpoint("onchain", Call("/stats")),),
)
