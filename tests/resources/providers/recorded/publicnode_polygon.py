"""What is recorded of publicnode_polygon."""

from tests.resources.providers.chain_records import node_records

RECORDED = node_records(r"polygon-bor-rpc\.publicnode\.com", "polygon", 10_000_000)
