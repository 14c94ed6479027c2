"""A node of BNB Smart Chain."""

from sandbox.families.evm_node import EvmNode


class BnbDataseed(EvmNode):
    chain = "bsc"


VENUE = BnbDataseed
