"""Providers that were added at run time, and the keys that were posted with them."""

import functools
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from resources.errors import Conflict, UnknownName
from resources.ledger import leftovers, provider_schedules
from resources.ledger.database import Ledger
from resources.ledger.provider_schedules import Edit
from resources.ledger.rows import Cached
from resources.ledger.sealing import Seal
from resources.ledger.tables import custom_providers
from resources.providers import load_providers
from resources.providers.base import Provider
from resources.providers.entries import CUSTOM, entry_of, read_entry
from resources.providers.fields import Problem

_log = logging.getLogger(__name__)
Mode = Literal["merge", "replace"]
_UNCHANGED = Edit()


@dataclass(frozen=True, slots=True)
class Stored:
    """Ids of the providers that an import added, found there before, and removed."""

    added: list[str]
    updated: list[str]
    removed: list[str]


def read_all(connection: sa.Connection) -> dict[str, Provider]:
    """The providers by id. What this version cannot read is left out, with a warning."""
    rows = connection.execute(sa.select(custom_providers).order_by(custom_providers.c.id))
    found = {row.id: _decoded(row.id, row.entry) for row in rows}
    return {id_: provider for id_, provider in found.items() if provider}


# Every commit has them read again, and most are as they were.
@functools.lru_cache(maxsize=4_096)
def _decoded(provider_id: str, entry: str) -> Provider | None:
    problems: list[Problem] = []
    provider = read_entry(json.loads(entry), CUSTOM, problems)
    if provider_id in load_providers():
        problems.append(Problem("id", "is one of the built-in providers now"))
    if problems:
        _log.warning("the custom provider %s is left out: %s", provider_id, problems)
        return None
    return provider


def add(
    ledger: Ledger, provider: Provider, secret: str | None = None, edit: Edit = _UNCHANGED
) -> None:
    """Store a new provider, its key encrypted, and what its schedule is to be: all or nothing.

    Raises Conflict where the id or the name is taken.
    """
    if provider.id in load_providers():
        raise Conflict(f"{provider.id} is a built-in provider")
    sealed = Seal(ledger).close(secret) if secret else None
    with ledger.write() as connection:
        held = _rows(connection)
        if provider.id in held:
            raise Conflict(f"there is a provider {provider.id} already")
        _require_own_names({provider.id: provider}, held)
        _insert(connection, ledger, provider, sealed)
        provider_schedules.edit(connection, ledger, provider.id, edit)


def change(
    ledger: Ledger, provider: Provider, secret: str | None = None, edit: Edit = _UNCHANGED
) -> None:
    """Store a provider in place of one that is there, as `add` does.

    Without a new key the old one stays where what it is sent to stays the same. Raises
    UnknownName where there is none, Conflict where the name is another's.
    """
    sealed = Seal(ledger).close(secret) if secret else None
    with ledger.write() as connection:
        held = _rows(connection)
        if provider.id not in held:
            raise UnknownName("custom provider", provider.id)
        _require_own_names({provider.id: provider}, held)
        _update(connection, ledger, provider, held[provider.id], sealed)
        provider_schedules.edit(connection, ledger, provider.id, edit)


def store(
    ledger: Ledger,
    providers: Iterable[Provider],
    mode: Mode,
    edits: Mapping[str, Edit] | None = None,
) -> Stored:
    """Add or change several at once, and by `edits` their schedules; `replace` removes all others.

    Keys stay as when one is changed. Raises Conflict for the id of a built-in provider, and
    for a name that two have; nothing is stored then.
    """
    wanted = {provider.id: provider for provider in providers}
    if taken := sorted(wanted.keys() & load_providers().keys()):
        raise Conflict(f"built-in providers cannot be changed: {', '.join(taken)}")
    with ledger.write() as connection:
        held = _rows(connection)
        gone = sorted(held.keys() - wanted.keys()) if mode == "replace" else []
        for id_ in gone:
            _delete(connection, id_)
        _require_own_names(wanted, {id_: held[id_] for id_ in held.keys() - set(gone)})
        for id_, provider in wanted.items():
            if id_ not in held:
                _insert(connection, ledger, provider, None)
            else:
                _update(connection, ledger, provider, held[id_], None)
            provider_schedules.edit(connection, ledger, id_, (edits or {}).get(id_, _UNCHANGED))
    added, updated = wanted.keys() - held.keys(), wanted.keys() & held.keys()
    return Stored(sorted(added), sorted(updated), gone)


def remove(ledger: Ledger, provider_id: str) -> None:
    """Forget a provider, its key and all that was seen of it; raises UnknownName without one."""
    with ledger.write() as connection:
        if provider_id not in _rows(connection):
            raise UnknownName("custom provider", provider_id)
        _delete(connection, provider_id)


class StoredKeys:
    """The keys that are stored with providers, decrypted when they are needed."""

    def __init__(self, ledger: Ledger) -> None:
        self._seal = Seal(ledger)
        self._sealed = Cached(ledger, _read_sealed)
        self._opened: dict[str, str] = {}

    def has(self, provider_id: str) -> bool:
        # Built-in ones, which are most that are asked for, never have any.
        return provider_id not in load_providers() and provider_id in self._sealed.get("")

    def get(self, provider_id: str) -> str | None:
        """The key of a provider, None where none is stored. Raises KeyUnreadable."""
        sealed = self._sealed.get("").get(provider_id) if self.has(provider_id) else None
        if sealed is None:
            return None
        if sealed not in self._opened:
            self._opened = {sealed: self._seal.open(sealed, provider_id), **self._opened}
        return self._opened[sealed]


def _read_sealed(connection: sa.Connection, _: str) -> Mapping[str, str]:
    rows = connection.execute(
        sa.select(custom_providers.c.id, custom_providers.c.secret).where(
            custom_providers.c.secret.is_not(None)
        )
    )
    return {row.id: row.secret for row in rows}


def _rows(connection: sa.Connection) -> dict[str, str]:
    """The stored entries by id."""
    rows = connection.execute(sa.select(custom_providers.c.id, custom_providers.c.entry))
    return {row.id: row.entry for row in rows}


def _require_own_names(wanted: Mapping[str, Provider], held: Mapping[str, str]) -> None:
    """Raises Conflict where a name, in whatever case, is that of another provider."""
    names = {id_: one.name for id_, one in load_providers().items()}
    names |= {id_: str(json.loads(entry).get("name")) for id_, entry in held.items()}
    names |= {id_: one.name for id_, one in wanted.items()}
    owners: dict[str, list[str]] = {}
    for id_, name in names.items():
        owners.setdefault(name.strip().casefold(), []).append(id_)
    for id_, provider in wanted.items():
        others = [one for one in owners[provider.name.strip().casefold()] if one != id_]
        if others:
            raise Conflict(f"{id_}: the name {provider.name!r} is that of {others[0]} already")


def _insert(
    connection: sa.Connection, ledger: Ledger, provider: Provider, sealed: str | None
) -> None:
    # A look that was under way when another of this id was removed has left its answer.
    leftovers.forget(connection, provider.id)
    connection.execute(
        custom_providers.insert().values(
            id=provider.id,
            entry=_encoded(provider),
            secret=sealed,
            created_at=ledger.clock,
            changed_at=ledger.clock,
        )
    )


def _update(
    connection: sa.Connection, ledger: Ledger, provider: Provider, before: str, sealed: str | None
) -> None:
    entry = _encoded(provider)
    values: dict[str, Any] = {"entry": entry, "changed_at": ledger.clock}
    if sealed or not _same_place(entry, before):
        values["secret"] = sealed
    mine = custom_providers.c.id == provider.id
    connection.execute(custom_providers.update().where(mine).values(**values))


def _delete(connection: sa.Connection, provider_id: str) -> None:
    connection.execute(custom_providers.delete().where(custom_providers.c.id == provider_id))
    leftovers.forget(connection, provider_id)


def _encoded(provider: Provider) -> str:
    return json.dumps(entry_of(provider), sort_keys=True)


def _same_place(entry: str, before: str) -> bool:
    """Whether a key that was given for one entry may be sent by the other."""
    one, other = json.loads(entry), json.loads(before)
    return all(one.get(name) == other.get(name) for name in ("base_url", "auth"))
