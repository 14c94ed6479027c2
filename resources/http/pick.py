"""What a pool hands out."""

import msgspec

from resources.ledger.leases import Slice
from resources.providers.base import Provider


class Pick(msgspec.Struct, gc=False):
    """A provider that may be called once now: `weight` of its budget is reserved.

    It goes to the one call that uses it, or back by `Permits.release`. `probe` is the mark
    of a half-open breaker's probe.
    """

    provider: Provider
    weight: int
    held: Slice
    probe: int | None = None
    used: bool = False
