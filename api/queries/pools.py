"""Pools as their users see them."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from api.answers import iso
from api.services import Services
from resources.ledger import Ledger, pools, rotations
from resources.ledger.breakers import Breaker
from resources.ledger.pools import StoredMember, StoredPool
from resources.ledger.tables import breakers, budgets
from resources.pools import living
from resources.providers.base import Provider

Row = dict[str, Any]


def rows(services: Services) -> list[Row]:
    """Every pool, in the order of their ids."""
    return _rows(services, pools.read_all(services.ledger))


def row(services: Services, pool: StoredPool) -> Row:
    """One pool."""
    return _rows(services, [pool])[0]


def history(ledger: Ledger, limit: int) -> list[Row]:
    """The newest turns of all pools, newest first."""
    names = {pool.id: pool.name for pool in pools.read_all(ledger)}
    return [
        {
            "pool_id": turn.pool,
            "pool_name": names.get(turn.pool),
            "from_provider": turn.of,
            "to_provider": turn.to,
            "reason": turn.reason,
            "timestamp": iso(turn.at),
        }
        for turn in rotations.newest(ledger, limit)
    ]


def _rows(services: Services, found: list[StoredPool]) -> list[Row]:
    directory, blocked = services.directory, _blocked(services.ledger)
    turned, sandboxed = rotations.totals(services.ledger), services.mode == "sandbox"
    providers = {
        name: (provider, living(directory, provider, sandboxed=sandboxed))
        for name, provider in directory.providers().items()
    }
    return [
        {
            **_row(pool, turned.get(pool.id, 0)),
            **_members(
                _member(member, *providers[member.provider], blocked.get(member.provider))
                for member in sorted(pool.members, key=_rank)
                if member.provider in providers
            ),
        }
        for pool in found
    ]


def _rank(member: StoredMember) -> tuple[int, int, str]:
    return member.priority, -member.weight, member.provider


def _row(pool: StoredPool, turned: int) -> Row:
    return {
        "pool_id": pool.id,
        "pool_name": pool.name,
        "category": pool.category,
        "rotation_strategy": pool.strategy,
        "description": pool.description,
        "enabled": pool.enabled,
        "total_rotations": turned,
        "created_at": iso(pool.created_at),
    }


def _members(rows: Iterable[Row]) -> Row:
    members = list(rows)
    return {
        "total_providers": len(members),
        "available_providers": sum(member["available"] for member in members),
        "providers": members,
    }


def _member(member: StoredMember, provider: Provider, lives: bool, until: int | None) -> Row:
    return {
        "provider_id": provider.id,
        "provider_name": provider.name,
        "priority": member.priority,
        "weight": member.weight,
        "available": lives and until is None,
        "not_before": None if until is None else iso(until),
    }


def _blocked(ledger: Ledger) -> dict[str, int]:
    """The providers that may not be called now, and until when: by a breaker or a ban."""
    broken = sa.select(
        breakers.c.provider, breakers.c.state, breakers.c.open_until, breakers.c.probe_until
    ).where(breakers.c.state != "closed")
    banned = sa.select(budgets.c.provider, budgets.c.not_before)
    with ledger.read() as connection:
        now = connection.execute(sa.select(ledger.clock)).scalar_one()
        until = {p: at for p, at in connection.execute(banned) if at > now}
        for name, state, open_until, probe_until in connection.execute(broken):
            breaker = Breaker(state, open_until=open_until, probe_until=probe_until)
            if at := breaker.blocked_until(now):
                until[name] = max(at, until.get(name, 0))
    return until
