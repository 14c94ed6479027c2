"""Blockscout's explorer of Polygon."""

from sandbox.families.blockscout import Blockscout


class BlockscoutPolygon(Blockscout):
    chain = "polygon"


VENUE = BlockscoutPolygon
