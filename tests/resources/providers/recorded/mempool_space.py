"""What is recorded of mempool_space."""

from tests.resources.providers.chain_records import mempool_records

RECORDED = mempool_records(r"mempool\.space", "bitcoin", recorded=True)
