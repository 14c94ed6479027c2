"""What is recorded of mempool_litecoin."""

from tests.resources.providers.chain_records import mempool_records

RECORDED = mempool_records(r"litecoinspace\.org", "litecoin", recorded=False)
