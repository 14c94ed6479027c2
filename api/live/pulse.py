"""What the sockets hear at regular times."""

import asyncio
import logging
import time
from collections.abc import Sequence

from api.live.hub import Hub
from api.live.messages import DATA_SOURCES, MARKET_DATA, said, said_now
from api.live.pause import Beat, pause
from api.live.wire import POLICY_VIOLATION
from api.queries.schedules import count
from resources.directory import Directory
from resources.errors import StoreUnavailable
from resources.ledger import Ledger, keys, sign_ins
from resources.monitoring.totals import State, count_states, states_of
from resources.schedules import Schedules

_log = logging.getLogger(__name__)
_TICK = 1.0


class Pulse:
    """Heartbeats, statistics, and the end of clients that cannot keep up or whose key has ended."""

    def __init__(
        self, hub: Hub, ledger: Ledger, directory: Directory, schedules: Schedules
    ) -> None:
        self._hub = hub
        self._schedules = schedules
        self._ledger = ledger
        self._directory = directory

    async def run(self, stop: asyncio.Event) -> None:
        """Tick once a second, or faster where the hub's limits are shorter, until `stop` is set."""
        limits = self._hub.limits
        tick = Beat(min(_TICK, limits.heartbeat, limits.patience / 4))
        heartbeat, providers = Beat(limits.heartbeat), Beat(limits.provider_stats)
        while not stop.is_set():
            await pause(min(tick.wait(), heartbeat.wait(), providers.wait()), stop)
            if heartbeat.due():
                self._hub.broadcast(MARKET_DATA, said_now("heartbeat"))
                await self._tell_sources()
            if providers.due():
                await self._tell_providers()
            if tick.due():
                self._hub.evict_laggards()
                await self._evict_revoked()
                self._tell_members()

    def _tell_members(self) -> None:
        if self._hub.membership_changed:
            self._hub.membership_changed = False
            self._hub.broadcast(MARKET_DATA, said("stats_update", data=self._hub.totals()))

    async def _evict_revoked(self) -> None:
        """Nobody keeps a place by a key, token or session that has been revoked or has expired."""
        held = self._hub.keyed()
        if not held:
            return
        try:
            valid = await asyncio.to_thread(self._valid, list(held))
        except StoreUnavailable as error:
            _log.warning("no look at the keys of sockets: %s", error)
            valid = set(held)
        text, now = said("error", message="the key is expired or revoked"), time.time()
        for key_id, clients in held.items():
            for client in clients:
                if key_id not in valid or (client.ends is not None and client.ends <= now):
                    self._hub.evict(client, POLICY_VIOLATION, text)

    def _valid(self, ids: Sequence[str]) -> set[str]:
        return keys.valid_among(self._ledger, ids) | sign_ins.valid_among(self._ledger, ids)

    async def _tell_sources(self) -> None:
        if not self._hub.has_listeners(DATA_SOURCES):
            return
        try:
            schedules = await asyncio.to_thread(self._schedules.all)
        except StoreUnavailable as error:
            _log.warning("no status of the data sources: %s", error)
            return
        self._hub.broadcast(DATA_SOURCES, said_now("status_update", status=count(schedules)))

    async def _tell_providers(self) -> None:
        try:
            states = await asyncio.to_thread(self._states)
        except StoreUnavailable as error:
            _log.warning("no provider statistics: %s", error)
            return
        self._hub.broadcast(MARKET_DATA, said_now("provider_stats", data=count_states(states)))

    def _states(self) -> dict[str, State]:
        return states_of(self._ledger, self._directory.providers().values())
