"""What is recorded of publicnode_eth."""

from tests.resources.providers.chain_records import node_records

RECORDED = node_records(r"ethereum-rpc\.publicnode\.com", "ethereum", 1_000)
