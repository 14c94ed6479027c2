"""Which stage plays what is asked: by host, by the longest base path, else one made up for the host."""

import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from resources.market import load_registry
from sandbox import venues
from sandbox.config import Config, Provider, latency
from sandbox.exchange import Exchange, Source
from sandbox.faults import Faults
from sandbox.generic import Generic
from sandbox.listings import list_markets
from sandbox.replay import Tape
from sandbox.stage import Stage
from sandbox.venue import Venue

_MOST_STRANGERS = 1_000


class Stages:
    """Every stage by the id of its provider; made when it is first asked for.

    A host that is not configured is a stage too, by its own name and without limits.
    """

    def __init__(
        self, config: Config, replay: Path | None, faults: Faults, clock: Callable[[], int]
    ) -> None:
        self._config = config
        self._replay = replay
        self._faults = faults
        self._clock = clock
        self._made: dict[str, Stage] = {}
        self._strangers: dict[str, Stage] = {}
        self._played = {info.name for info in pkgutil.iter_modules(venues.__path__)}
        self._by_host: dict[str, list[str]] = {}
        # The longest base path comes first.
        for name in sorted(config.providers, key=lambda name: -len(config.providers[name].path)):
            self._by_host.setdefault(config.providers[name].host, []).append(name)

    @property
    def names(self) -> list[str]:
        return [*self._config.providers, *self._strangers]

    def __contains__(self, name: str) -> bool:
        """Whether it is a provider, a host that was asked, or looks like a host."""
        return name in self._config.providers or name in self._strangers or "." in name

    def __getitem__(self, name: str) -> Stage:
        if name not in self._config.providers:
            return self._stranger(name)
        if name not in self._made:
            self._made[name] = self._make(name, self._config.providers[name])
        return self._made[name]

    def made(self) -> Iterator[Stage]:
        """Those that were ever asked for."""
        yield from [*self._made.values(), *self._strangers.values()]

    def of(self, host: str, path: str) -> list[Stage]:
        """Who may be meant, of all that share a host and have the longest base path of these."""
        names = [
            name
            for name in self._by_host.get(host, ())
            if _is_below(path, self._config.providers[name].path)
        ]
        if not names:
            return [self._stranger(host)]
        longest = self._config.providers[names[0]].path
        return [self[name] for name in names if self._config.providers[name].path == longest]

    def _stranger(self, host: str) -> Stage:
        if host not in self._strangers:
            if len(self._strangers) >= _MOST_STRANGERS:
                del self._strangers[next(iter(self._strangers))]
            self._strangers[host] = self._make(host, Provider(host))
        return self._strangers[host]

    def _make(self, name: str, provider: Provider) -> Stage:
        delay = latency(name, provider, self._config.latency_ms)
        return Stage(name, self._venue(name, provider), self._faults, delay, self._clock)

    def _venue(self, name: str, provider: Provider) -> Venue:
        if name not in self._played:
            return Generic(provider.host, provider.limits)
        venue: type[Venue] = import_module(f"{venues.__name__}.{name}").VENUE
        return venue(self._source(name, venue), provider.limits)

    def _source(self, name: str, venue: type[Venue]) -> Source:
        own = venue.same_as or name
        tape = Tape.open(self._replay, own) if self._replay else None
        return tape or Exchange(list_markets(own, venue.rules, load_registry()))


def _is_below(path: str, base: str) -> bool:
    return path == base or path.startswith(f"{base.rstrip('/')}/")
