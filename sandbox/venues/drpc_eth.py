"""A node of Ethereum."""

from sandbox.families.evm_node import EvmNode


class DrpcEthereum(EvmNode):
    chain = "ethereum"


VENUE = DrpcEthereum
