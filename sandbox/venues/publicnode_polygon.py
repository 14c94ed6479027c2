"""A node of Polygon."""

from sandbox.families.evm_node import EvmNode


class PublicNodePolygon(EvmNode):
    chain = "polygon"


VENUE = PublicNodePolygon
