"""A node of Ethereum."""

from sandbox.families.evm_node import EvmNode


class PublicNodeEthereum(EvmNode):
    chain = "ethereum"


VENUE = PublicNodeEthereum
