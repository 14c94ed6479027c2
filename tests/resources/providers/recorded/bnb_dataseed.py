"""What is recorded of bnb_dataseed."""

from tests.resources.providers.chain_records import node_records

RECORDED = node_records(r"bsc-dataseed\.bnbchain\.org", "bsc", 2_000)
