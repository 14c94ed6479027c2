"""Snapshots as a run of Dagster leaves them."""

from resources.ledger import Ledger, commits, snapshots
from resources.ledger.snapshots import Answered, Bounds


def put(ledger: Ledger, provider: str, body: bytes | None, *, is_json: bool = True) -> int:
    """Store what a provider answered, None for a failure, in a commit of its own; its seq."""
    size = 0 if body is None else len(body)
    kind = "application/json" if is_json else "text/xml"
    answered = (
        Answered(provider, False, 503, error="it is down")
        if body is None
        else Answered(provider, True, 200, kind, is_json, size, body)
    )
    with ledger.write() as connection:
        key = {"provider": provider}
        seq = commits.record(connection, ledger, snapshots.TABLE, None, [key], 1)
        snapshots.put(connection, ledger, answered, seq, Bounds(1_000, 30))
    return seq
