"""Who is told of what happens: webhooks, their secrets, and how their deliveries went."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa

from resources.errors import Conflict, UnknownName
from resources.ledger import alerts, commits
from resources.ledger.database import Ledger
from resources.ledger.sealing import Seal
from resources.ledger.tables import webhook_deliveries, webhooks
from resources.webhooks.thresholds import Crossed

Row = sa.Row[Any]


@dataclass(frozen=True, slots=True)
class State:
    """How it goes. Times are ms since 1970, UTC; `failures` are tries in a row.

    `ended` is "given_up" from a delivery that was given up to the next that is delivered, and
    "gone" where the receiver wants none any more. `dropped` were too many to wait.
    """

    failures: int = 0
    ended: Literal["given_up", "gone"] | None = None
    tried_at: int | None = None
    delivered_at: int | None = None
    error: str | None = None
    dropped: int = 0
    above: bool | None = None
    below: bool | None = None

    @property
    def crossed(self) -> Crossed:
        return Crossed(self.above, self.below)


@dataclass(frozen=True, slots=True)
class Webhook:
    """`seen` is the newest commit that it was told of; `sealed` its secret, encrypted."""

    id: str
    url: str
    events: tuple[str, ...]
    filter: Mapping[str, Any]
    sealed: bytes
    created_at: int
    created_by: str | None
    seen: int
    state: State


@dataclass(frozen=True, slots=True)
class Wanted:
    """A webhook that is to be made; `filter` is JSON."""

    id: str
    url: str
    events: tuple[str, ...]
    filter: Mapping[str, Any]
    secret: str
    created_by: str | None
    crossed: Crossed


def add(ledger: Ledger, wanted: Wanted, most: int) -> None:
    """Store it; it hears of what happens from now on.

    Raises Conflict where there is the same, or as many as may be.
    """
    sealed = Seal(ledger).close(wanted.secret).encode()
    values = {
        "url": wanted.url,
        "events": ",".join(sorted(wanted.events)),
        "filter": json.dumps(wanted.filter, sort_keys=True),
    }
    state = State(above=wanted.crossed.above, below=wanted.crossed.below)
    with ledger.write() as connection:
        same = [webhooks.c[name] == value for name, value in values.items()]
        if found := connection.execute(sa.select(webhooks.c.id).where(*same)).scalar():
            raise Conflict(f"the webhook {found} has the same url, events and filter")
        held = connection.execute(sa.select(sa.func.count()).select_from(webhooks)).scalar_one()
        if held >= most:
            raise Conflict(f"there are {held} webhooks, as many as HEADWATER_WEBHOOKS_MOST allows")
        own = {"id": wanted.id, "secret": sealed, "created_by": wanted.created_by}
        connection.execute(
            webhooks.insert().values(
                **values,
                **own,
                created_at=ledger.clock,
                seen=commits.newest(connection),
                state=_encoded(state),
            )
        )


def read(ledger: Ledger) -> list[Webhook]:
    """All of them, the oldest first."""
    query = sa.select(webhooks).order_by(webhooks.c.created_at, webhooks.c.id)
    with ledger.read() as connection:
        return [_webhook(row) for row in connection.execute(query)]


def get(ledger: Ledger, webhook_id: str) -> Webhook:
    """Raises UnknownName."""
    with ledger.read() as connection:
        query = sa.select(webhooks).where(webhooks.c.id == webhook_id)
        row = connection.execute(query).first()
    if row is None:
        raise UnknownName("webhook", webhook_id)
    return _webhook(row)


def remove(ledger: Ledger, webhook_id: str) -> None:
    """Forget a webhook and its deliveries, those that wait too. Raises UnknownName."""
    with ledger.write() as connection:
        gone = connection.execute(webhooks.delete().where(webhooks.c.id == webhook_id))
        if not gone.rowcount:
            raise UnknownName("webhook", webhook_id)
        mine = webhook_deliveries.c.webhook_id == webhook_id
        connection.execute(webhook_deliveries.delete().where(mine))
        alerts.resolve(connection, ledger, alert_key(webhook_id))


def secret_of(ledger: Ledger, webhook: Webhook) -> str:
    """Raises KeyUnreadable where the key of encryption is another by now."""
    return Seal(ledger).open(webhook.sealed.decode(), f"webhook {webhook.id}")


def state_of(connection: sa.Connection, webhook_id: str) -> State | None:
    query = sa.select(webhooks.c.state).where(webhooks.c.id == webhook_id)
    text = connection.execute(query).scalar()
    return None if text is None else State(**json.loads(text))


def put_state(connection: sa.Connection, webhook_id: str, state: State) -> None:
    mine = webhooks.c.id == webhook_id
    connection.execute(webhooks.update().where(mine).values(state=_encoded(state)))


def move(connection: sa.Connection, webhook: Webhook, seen: int, crossed: Crossed) -> State | None:
    """Note what a webhook was told of; its state, None where another process, or nobody any more,
    has told it meanwhile."""
    mine = (webhooks.c.id == webhook.id) & (webhooks.c.seen == webhook.seen)
    if not connection.execute(webhooks.update().where(mine).values(seen=seen)).rowcount:
        return None
    state = state_of(connection, webhook.id)
    if state is not None and state.crossed != crossed:
        state = replace(state, above=crossed.above, below=crossed.below)
        put_state(connection, webhook.id, state)
    return state


def alert_key(webhook_id: str) -> str:
    return f"webhook:{webhook_id}"


def _encoded(state: State) -> str:
    return json.dumps(asdict(state))


def _webhook(row: Row) -> Webhook:
    events: Sequence[str] = row.events.split(",")
    return Webhook(
        row.id, row.url, tuple(events), json.loads(row.filter), bytes(row.secret), row.created_at,
        row.created_by, row.seen, State(**json.loads(row.state)),
    )  # fmt: skip
