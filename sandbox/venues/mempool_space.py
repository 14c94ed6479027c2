"""mempool.space: Bitcoin."""

from sandbox.families.esplora import Mempool


class MempoolSpace(Mempool):
    chain = "bitcoin"


VENUE = MempoolSpace
