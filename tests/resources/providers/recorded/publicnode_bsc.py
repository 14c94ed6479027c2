"""What is recorded of publicnode_bsc."""

from tests.resources.providers.chain_records import node_records

RECORDED = node_records(r"bsc-rpc\.publicnode\.com", "bsc", 2_000)
