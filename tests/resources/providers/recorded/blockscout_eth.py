"""What is recorded of blockscout_eth."""

from tests.resources.providers.chain_records import blockscout_records

RECORDED = blockscout_records(r"eth\.blockscout\.com", "ethereum")
