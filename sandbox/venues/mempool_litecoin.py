"""litecoinspace.org: Litecoin."""

from sandbox.families.esplora import Mempool


class LitecoinSpace(Mempool):
    chain = "litecoin"


VENUE = LitecoinSpace
