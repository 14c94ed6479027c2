"""What is recorded of drpc_eth."""

from tests.resources.providers.chain_records import node_records

RECORDED = node_records(r"eth\.drpc\.org", "ethereum", 1_000)
