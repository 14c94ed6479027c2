"""Faults on demand: which provider misbehaves, how, and how often."""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

Kind = Literal[
    "status_429", "status_418", "status_5xx", "timeout", "slow_drip", "reset", "truncated",
    "wrong_schema", "html_200", "nan", "spike", "duplicate_page", "out_of_order", "microseconds",
    "gzip_bomb", "huge", "endless", "recursive", "not_json", "wrong_checksum",
    "holes", "short_page", "clock",
]  # fmt: skip


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """One order for trouble; `provider` is an id, or a host that is no provider's.

    times         so many answers are broken, null until cleared
    path          only requests whose path, query and body hold this text
    after         so many such answers are left whole before
    retry_after   seconds of a 429 or 418, during which every call is refused; 0 for no such header
    seconds       timeout: dropped after so long, null never; slow_drip: between two bytes;
                  endless: between two parts
    shift         clock: seconds that the provider's clock is ahead, behind where negative
    status        of status_5xx
    length        truncated: Content-Length of the "full" body, or of the "cut" one
    served        how many answers it has broken so far
    """

    provider: str
    kind: Kind
    times: Annotated[int, msgspec.Meta(ge=1)] | None = None
    path: str = ""
    after: Annotated[int, msgspec.Meta(ge=0)] = 0
    retry_after: Annotated[int, msgspec.Meta(ge=0)] | None = None
    seconds: Annotated[float, msgspec.Meta(ge=0)] | None = None
    shift: float = 0.0
    status: Annotated[int, msgspec.Meta(ge=500, le=599)] = 503
    length: Literal["full", "cut"] = "full"
    served: Annotated[int, msgspec.Meta(ge=0, le=0)] = 0


class Faults:
    """The orders in force, oldest first."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._orders)

    def add(self, fault: Fault) -> None:
        self._orders.append(fault)

    def clear(self, provider: str | None = None) -> None:
        self._orders = [f for f in self._orders if provider and f.provider != provider]

    def take(self, provider: str, asked: str) -> Fault | None:
        """The fault that breaks the answer to what was asked."""
        for fault in self._orders:
            if fault.provider != provider or fault.path not in asked:
                continue
            if fault.after:
                fault.after -= 1
            else:
                fault.served += 1
                if fault.times is not None and fault.served >= fault.times:
                    self._orders.remove(fault)
                return fault
        return None
