"""A node of BNB Smart Chain."""

from sandbox.families.evm_node import EvmNode


class PublicNodeBsc(EvmNode):
    chain = "bsc"


VENUE = PublicNodeBsc
