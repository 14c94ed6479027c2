"""What is recorded of blockscout_polygon."""

from tests.resources.providers.chain_records import blockscout_records

RECORDED = blockscout_records(r"polygon\.blockscout\.com", "polygon")
