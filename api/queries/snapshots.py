"""What providers answered, as answers of ours show it."""

from collections.abc import Collection
from typing import Any

import msgspec

from api.answers import iso
from api.queries.rows import source_of
from resources.ledger import Ledger, snapshots
from resources.ledger.snapshots import Held, Snapshot

Row = dict[str, Any]


def newest(
    ledger: Ledger, provider_ids: Collection[str], mode: str, most_bytes: int | None = None
) -> dict[str, Row]:
    """The newest answer of each of these providers that has one, by id.

    Of answers that together are larger than `most_bytes` the largest ones are left out.
    """
    found = snapshots.newest(ledger, provider_ids)
    if most_bytes is None:
        return {provider: to_row(snapshot, mode) for provider, snapshot in found.items()}
    rows = {}
    for provider, snapshot in sorted(found.items(), key=lambda item: item[1].answered.size):
        rows[provider] = to_row(snapshot, mode, most_bytes)
        if not rows[provider]["metadata"]["left_out"]:
            most_bytes -= snapshot.answered.size
    return rows


def to_row(snapshot: Snapshot, mode: str, most_bytes: int | None = None) -> Row:
    """One snapshot. `data` is the answer's JSON as it came, else its text.

    It is null where the provider failed, where the answer was too large to be kept, and where
    it is larger than `most_bytes`; metadata.error or metadata.left_out says so.
    """
    answered = snapshot.answered
    kept = answered.ok and answered.error is None
    left_out = kept and most_bytes is not None and answered.size > most_bytes
    metadata = {
        "status": "success" if answered.ok else "failed",
        "http_status": answered.http_status,
        "content_type": answered.content_type,
        "is_json": answered.is_json,
        "size": answered.size,
        "error": answered.error,
        "left_out": left_out,
        "seq": snapshot.seq,
        "source": source_of(answered.provider, mode),
    }
    return {
        "api_id": answered.provider,
        "timestamp": iso(snapshot.fetched_at),
        "data": None if left_out else _data(snapshot),
        "metadata": metadata,
    }


def held_row(held: Held) -> Row:
    return {
        "records": held.snapshots,
        "successes": held.answers,
        "errors": held.snapshots - held.answers,
        "first_update": iso(held.oldest_at),
        "last_update": iso(held.newest_at),
    }


def _data(snapshot: Snapshot) -> msgspec.Raw | str | None:
    answered = snapshot.answered
    if answered.body is None:
        return None
    # As it came: no number loses digits on its way through this process.
    return (
        msgspec.Raw(answered.body) if answered.is_json else answered.body.decode(errors="replace")
    )
