"""Blockstream's Esplora: Bitcoin."""

from sandbox.families.esplora import Esplora


class Blockstream(Esplora):
    chain = "bitcoin"


VENUE = Blockstream
