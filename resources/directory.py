"""Which providers there are: the built-in ones, and those that were added at run time."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa

from resources.errors import UnknownName
from resources.ledger import Ledger, provider_schedules
from resources.ledger.custom_providers import StoredKeys, read_all
from resources.ledger.rows import Cached
from resources.providers import load_providers
from resources.providers.base import CATEGORIES, Provider
from resources.settings import provider_key

_LONGEST = 64


@dataclass(frozen=True, slots=True)
class _All:
    providers: Mapping[str, Provider]
    switches: Mapping[str, bool]


class Directory:
    """All providers of a ledger. What it answers holds until anyone commits."""

    def __init__(self, ledger: Ledger) -> None:
        self._all = Cached(ledger, _read)
        self._keys = StoredKeys(ledger)

    def providers(self) -> Mapping[str, Provider]:
        """Every provider by id, the built-in ones first."""
        return self._all.get("").providers

    def enabled(self, provider: Provider) -> bool:
        """Whether it is called at all: what its schedule says, else its own data."""
        return self._all.get("").switches.get(provider.id, provider.enabled)

    def provider(self, spelling: str) -> Provider:
        """The provider of an id or display name. Raises UnknownName with the nearest ids."""
        found = self.providers()
        text = _spelt(spelling)
        if text in found:
            return found[text]
        by_name = {_spelt(provider.name): provider for provider in found.values()}
        if text in by_name:
            return by_name[text]
        near = _nearest(text, [*found, *by_name])
        ids = [near_id if near_id in found else by_name[near_id].id for near_id in near]
        raise UnknownName("provider", spelling, tuple(dict.fromkeys(ids)))

    def categories(self) -> list[str]:
        """The built-in ones, then those of custom providers."""
        return list(dict.fromkeys([*CATEGORIES, *(p.category for p in self.providers().values())]))

    def category(self, name: str) -> str:
        """A category in its own spelling. Raises UnknownName with the nearest ones."""
        known = {_spelt(category): category for category in self.categories()}
        text = _spelt(name)
        if text not in known:
            raise UnknownName("category", name, [known[near] for near in _nearest(text, known)])
        return known[text]

    def is_custom(self, provider: Provider) -> bool:
        return provider.id not in load_providers()

    def has_key(self, provider: Provider) -> bool:
        """Whether it can be called: it needs no key, or one is set in the environment or stored."""
        if provider.auth is None or not provider.auth.required:
            return True
        return self.holds_key(provider)

    def holds_key(self, provider: Provider) -> bool:
        """Whether it takes a key and one is there, in the environment or stored."""
        return provider.auth is not None and (
            bool(provider_key(provider.id)) or self.stores_key(provider)
        )

    def stores_key(self, provider: Provider) -> bool:
        return self._keys.has(provider.id)


def _read(connection: sa.Connection, _: str) -> _All:
    spellings = {_spelt(category): category for category in CATEGORIES}
    custom = {}
    for id_, provider in read_all(connection).items():
        category = spellings.setdefault(_spelt(provider.category), provider.category)
        custom[id_] = replace(provider, category=category)
    return _All({**load_providers(), **custom}, provider_schedules.switches(connection))


def _spelt(text: str) -> str:
    """Block Explorer, block-explorer and BLOCK_EXPLORER are one."""
    return re.sub(r"[\s_.-]+", "_", text.strip().lower())


def _nearest(text: str, known: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(text[:_LONGEST], list(known), 5)
