"""How much of each provider's limits is used now, and alerts where little is left.

An alert is told when the usage of a window reaches 80 % (warning) or 95 % (critical) of its
limit, in the transaction that takes the weight: at once, and once over all processes. The
crossing has ended when the usage is 20 points below; a steady load just below a limit
would otherwise be told with every lease. A limit of fewer than five has nothing between
free and used up, and a window shorter than a minute is meant to be filled: both are not
told of.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from resources.ledger import alerts
from resources.ledger.database import Ledger
from resources.ledger.tables import budget_leases, budgets
from resources.providers.base import Limit, Provider

Status = Literal["ok", "warning", "critical", "exhausted", "banned"]

LEVELS: Mapping[int, alerts.Severity] = {80: "warning", 95: "critical"}
ENDED_BELOW = 20
LEAST_AMOUNT = 5
LEAST_SECONDS = 60
_NAMES = {1: "second", 60: "minute", 3_600: "hour", 86_400: "day", 2_592_000: "month"}


@dataclass(frozen=True, slots=True)
class Usage:
    """One window of a provider; `reset_at` is when what is used has left it, ms since 1970, UTC.

    `used` counts leases in full, so that it is never less than what was sent.
    """

    provider: str
    limit: Limit
    used: int
    reset_at: int | None
    banned_until: int | None

    @property
    def percentage(self) -> float:
        return round(100 * self.used / self.limit.amount, 2)

    @property
    def window(self) -> str:
        return window_name(self.limit.seconds)

    @property
    def status(self) -> Status:
        if self.banned_until is not None:
            return "banned"
        if self.percentage >= 100:
            return "exhausted"
        reached = [name for level, name in LEVELS.items() if self.percentage >= level]
        return "critical" if "critical" in reached else "warning" if reached else "ok"


def window_name(seconds: int) -> str:
    return _NAMES.get(seconds, f"{seconds} seconds")


def usage(ledger: Ledger, providers: Iterable[Provider]) -> list[Usage]:
    """Every window of these providers; those without limits have none."""
    table = budget_leases.c
    with ledger.read() as connection:
        now = connection.execute(sa.select(ledger.clock)).scalar_one()
        banned = sa.select(budgets.c.provider, budgets.c.not_before)
        until = {p: at for p, at in connection.execute(banned) if at > now}
        held: dict[str, list[tuple[int, int]]] = {}
        rows = sa.select(table.provider, table.amount, table.expires_at)
        for provider, amount, expires_at in connection.execute(rows):
            held.setdefault(provider, []).append((amount, expires_at))
    return [
        _usage(provider.id, limit, held.get(provider.id, ()), now, until.get(provider.id))
        for provider in providers
        for limit in provider.limits
    ]


def _usage(
    provider: str,
    limit: Limit,
    leases: Sequence[tuple[int, int]],
    now: int,
    banned_until: int | None,
) -> Usage:
    window = limit.seconds * 1000
    inside = [(amount, end) for amount, end in leases if end > now - window]
    reset_at = max((end + window for _, end in inside), default=None)
    return Usage(provider, limit, sum(a for a, _ in inside), reset_at, banned_until)


def crossed(
    connection: sa.Connection, ledger: Ledger, provider: Provider, used: Mapping[int, int]
) -> None:
    """Tell of each level that the usage per window (seconds) has reached, within the
    transaction that holds the provider's budget; end the alerts of those that it has left."""
    opened = alerts.open_keys(connection, _prefix(provider.id))
    ended = opened - {
        _key(provider.id, limit, level) for limit in provider.limits for level in LEVELS
    }
    for limit in provider.limits:
        percentage = 100 * used.get(limit.seconds, 0) / limit.amount
        for level in LEVELS:
            key = _key(provider.id, limit, level)
            if key in opened and percentage < level - ENDED_BELOW:
                ended.add(key)
            elif key not in opened and percentage >= level and _telling(limit):
                alerts.tell(connection, ledger, _news(provider, limit, level, percentage))
    if ended:
        alerts.resolve(connection, ledger, *ended)


def _telling(limit: Limit) -> bool:
    return limit.amount >= LEAST_AMOUNT and limit.seconds >= LEAST_SECONDS


def settle(ledger: Ledger, providers: Sequence[Provider]) -> None:
    """End the alerts of windows that have emptied without another call."""
    by_provider: dict[str, dict[int, int]] = {}
    for one in usage(ledger, providers):
        by_provider.setdefault(one.provider, {})[one.limit.seconds] = one.used
    with ledger.write() as connection:
        told = {key.split(":")[1] for key in alerts.open_keys(connection, "budget:")}
        for provider in providers:
            if provider.id in told:
                crossed(connection, ledger, provider, by_provider.get(provider.id, {}))


def _prefix(provider_id: str) -> str:
    return f"budget:{provider_id}:"


def _key(provider_id: str, limit: Limit, level: int) -> str:
    return f"{_prefix(provider_id)}{limit.seconds}:{level}"


def _news(provider: Provider, limit: Limit, level: int, percentage: float) -> alerts.News:
    window = window_name(limit.seconds)
    percent = round(percentage, 1)
    return alerts.News(
        _key(provider.id, limit, level),
        "rate_limit",
        LEVELS[level],
        f"{percent:g} % of what {provider.name} allows per {window} is used",
        provider=provider.id,
        details={"percentage": percent, "window": window, "limit": limit.amount, "level": level},
    )
