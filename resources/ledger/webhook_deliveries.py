"""What webhooks have still to be told, and what they were: a row each, so that a kill loses none.

Of a webhook one waits to be tried at a time, the oldest: they arrive in order.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from resources.ledger import alerts, webhooks
from resources.ledger.database import Ledger
from resources.ledger.tables import webhook_deliveries
from resources.ledger.webhooks import State, Webhook
from resources.webhooks.backoff import TRIES, wait_ms
from resources.webhooks.thresholds import Crossed

_log = logging.getLogger(__name__)
KEPT_MS = 7 * 86_400_000
# Of each webhook: so many done ones are kept, and so many wait.
KEPT_ROWS = 5_000
WAITING = 1_000
# Nobody else tries what was claimed so long ago; a try takes a third of it.
CLAIM_MS = 30_000

_table = webhook_deliveries.c
_waits = _table.next_at.is_not(None)


@dataclass(frozen=True, slots=True)
class Delivery:
    """`body` is JSON, as it is sent; `attempts` counts the one that it was claimed for."""

    id: int
    webhook_id: str
    event: str
    body: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Step:
    """What a webhook is to be told of the commits up to `seen`: (event, body), oldest first."""

    webhook: Webhook
    seen: int
    told: Sequence[tuple[str, str]]
    crossed: Crossed


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try went: `error` is a sentence without what the receiver said, None for success."""

    error: str | None = None
    http_status: int | None = None
    retry_after: float | None = None  # seconds

    @property
    def gone(self) -> bool:
        return self.http_status == 410


def advance(ledger: Ledger, steps: Sequence[Step]) -> None:
    """Store what is to be told, with how far each webhook is; what another process has stored
    meanwhile is not stored again."""
    with ledger.write() as connection:
        for step in steps:
            state = webhooks.move(connection, step.webhook, step.seen, step.crossed)
            if state is None or state.ended == "gone" or not step.told:
                continue
            rows = [
                {"webhook_id": step.webhook.id, "event": event, "body": body, "attempts": 0}
                for event, body in step.told
            ]
            now = connection.execute(sa.select(ledger.clock)).scalar_one()
            times = {"created_at": now, "next_at": now}
            connection.execute(webhook_deliveries.insert(), [{**row, **times} for row in rows])
            _bound(connection, step.webhook.id, state)


def claim(ledger: Ledger, most: int) -> list[Delivery]:
    """Up to `most` deliveries that are due, one of a webhook, which nobody else tries for now."""
    oldest = sa.select(sa.func.min(_table.id)).where(_waits).group_by(_table.webhook_id)
    due = (_table.id.in_(oldest)) & (_table.next_at <= ledger.clock)
    query = sa.select(webhook_deliveries).where(due).order_by(_table.next_at).limit(most)
    with ledger.read() as connection:
        found = connection.execute(query).all()
    if not found:
        return []
    with ledger.write() as connection:
        return [_delivery(row) for row in found if _claimed(connection, ledger, row)]


def settle(ledger: Ledger, delivery: Delivery, outcome: Outcome) -> None:
    """Note how a try of what was claimed went, unless somebody else has claimed it since."""
    mine = (_table.id == delivery.id) & (_table.attempts == delivery.attempts)
    with ledger.write() as connection:
        state = webhooks.state_of(connection, delivery.webhook_id)
        if state is None:
            return
        failures = 0 if outcome.error is None else state.failures + 1
        values: dict[str, Any] = {"error": outcome.error, "next_at": None}
        given_up = outcome.error is not None and delivery.attempts >= TRIES
        if outcome.error is None:
            values["delivered_at"] = ledger.clock
        elif not given_up and not outcome.gone:
            values["next_at"] = ledger.clock + wait_ms(failures, outcome.retry_after)
        changed = webhook_deliveries.update().where(mine, _waits).values(**values)
        if connection.execute(changed).rowcount:
            _note(connection, ledger, delivery.webhook_id, state, outcome, given_up)


def note_ping(ledger: Ledger, webhook_id: str, outcome: Outcome) -> None:
    """Note how a ping went: one that is answered well takes up again what was given up."""
    with ledger.write() as connection:
        state = webhooks.state_of(connection, webhook_id)
        if state is not None:
            _note(connection, ledger, webhook_id, state, outcome, given_up=False)
            if outcome.error is None:
                mine = _waits & (_table.webhook_id == webhook_id)
                # What is nearer may be claimed, and comes soon anyway.
                far = _table.next_at > ledger.clock + CLAIM_MS
                soon = webhook_deliveries.update().where(mine, far)
                connection.execute(soon.values(next_at=ledger.clock))


def waiting(ledger: Ledger) -> dict[str, int]:
    """How many deliveries wait, by webhook."""
    query = sa.select(_table.webhook_id, sa.func.count()).where(_waits)
    with ledger.read() as connection:
        return {
            row[0]: int(row[1]) for row in connection.execute(query.group_by(_table.webhook_id))
        }


def prune(connection: sa.Connection, ledger: Ledger) -> int:
    """Delete what was delivered or given up more than 7 days ago, or is beyond the newest 5,000
    rows of its webhook; returns how many."""
    done = _table.next_at.is_(None)
    old = webhook_deliveries.delete().where(done, _table.created_at < ledger.clock - KEPT_MS)
    gone = connection.execute(old).rowcount
    for webhook in connection.execute(sa.select(_table.webhook_id).distinct()).scalars().all():
        mine = _table.webhook_id == webhook
        newest = sa.select(_table.id).where(mine).order_by(_table.id.desc())
        floor = connection.execute(newest.limit(1).offset(KEPT_ROWS)).scalar()
        if floor is not None:
            beyond = webhook_deliveries.delete().where(mine, done, _table.id <= floor)
            gone += connection.execute(beyond).rowcount
    return gone


def _note(
    connection: sa.Connection,
    ledger: Ledger,
    webhook_id: str,
    state: State,
    outcome: Outcome,
    given_up: bool,
) -> None:
    """The state after a try, and the alert of one that is given up, which a success resolves."""
    now = connection.execute(sa.select(ledger.clock)).scalar_one()
    if outcome.error is None:
        alerts.resolve(connection, ledger, webhooks.alert_key(webhook_id))
        after = replace(state, failures=0, ended=None, tried_at=now, delivered_at=now, error=None)
        webhooks.put_state(connection, webhook_id, after)
        return
    ended = "gone" if outcome.gone else "given_up" if given_up else state.ended
    failures = state.failures + 1
    after = replace(state, failures=failures, ended=ended, tried_at=now, error=outcome.error)
    webhooks.put_state(connection, webhook_id, after)
    if outcome.gone:
        mine = _table.webhook_id == webhook_id
        connection.execute(webhook_deliveries.delete().where(mine, _waits))
    if outcome.gone or given_up:
        what = "wants no more deliveries" if outcome.gone else "was given a delivery up"
        _tell(connection, ledger, webhook_id, what, failures)


def _tell(
    connection: sa.Connection, ledger: Ledger, webhook_id: str, what: str, failures: int
) -> None:
    # Everybody may read alerts: the url of a webhook may be a secret itself.
    details = {"webhook_id": webhook_id, "failures": failures}
    message = f"the webhook {webhook_id} {what} after {failures} tries in a row"
    key = webhooks.alert_key(webhook_id)
    alerts.tell(
        connection, ledger, alerts.News(key, "webhook", "warning", message, details=details)
    )


def _bound(connection: sa.Connection, webhook_id: str, state: State) -> None:
    """Delete the oldest of the event that most waiting ones are of, as long as too many wait."""
    mine = _waits & (_table.webhook_id == webhook_id)
    query = sa.select(_table.event, sa.func.count()).where(mine).group_by(_table.event)
    counts = {row[0]: int(row[1]) for row in connection.execute(query)}
    beyond = dropped = max(0, sum(counts.values()) - WAITING)
    while beyond:
        event = max(counts, key=lambda name: counts[name])
        some = min(beyond, -(-counts[event] // 2))
        oldest = sa.select(_table.id).where(mine, _table.event == event).order_by(_table.id)
        first = connection.execute(oldest.limit(some)).scalars().all()
        connection.execute(webhook_deliveries.delete().where(_table.id.in_(first)))
        counts[event] -= some
        beyond -= some
    if dropped:
        webhooks.put_state(connection, webhook_id, replace(state, dropped=state.dropped + dropped))
        _log.warning("%d waiting deliveries of webhook %s were dropped", dropped, webhook_id)


def _claimed(connection: sa.Connection, ledger: Ledger, row: sa.Row[Any]) -> bool:
    mine = (_table.id == row.id) & (_table.attempts == row.attempts)
    taken = webhook_deliveries.update().where(mine, _table.next_at <= ledger.clock)
    until = taken.values(next_at=ledger.clock + CLAIM_MS, attempts=row.attempts + 1)
    return bool(connection.execute(until).rowcount)


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(row.id, row.webhook_id, row.event, row.body, row.attempts + 1)
