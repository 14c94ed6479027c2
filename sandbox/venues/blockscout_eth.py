"""Blockscout's explorer of Ethereum."""

from sandbox.families.blockscout import Blockscout


class BlockscoutEthereum(Blockscout):
    chain = "ethereum"


VENUE = BlockscoutEthereum
