"""What the sockets hear at regular times."""

import asyncio
import logging
import time

from api.live.hub import Hub
from api.live.messages import DATA_SOURCES, said, said_now
from api.live.pause import pause
from api.queries.schedules import count
from resources.directory import Directory
from resources.errors import StoreUnavailable
from resources.ledger import Ledger
from resources.monitoring.totals import State, count_states, states_of
from resources.schedules import Schedules

_log = logging.getLogger(__name__)
_TICK = 1.0


class Pulse:
    """Heartbeats, statistics, and the end of clients that cannot keep up."""

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
        tick = min(_TICK, limits.heartbeat, limits.patience / 4)
        heartbeat = time.monotonic() + limits.heartbeat
        providers = time.monotonic() + limits.provider_stats
        while not stop.is_set():
            await pause(tick, stop)
            now = time.monotonic()
            self._hub.evict_laggards()
            if self._hub.membership_changed:
                self._hub.membership_changed = False
                self._hub.broadcast("ws", said("stats_update", data=self._hub.totals()))
            if now >= heartbeat:
                heartbeat = now + limits.heartbeat
                self._hub.broadcast("ws", said_now("heartbeat"))
                await self._tell_sources()
            if now >= providers:
                providers = now + limits.provider_stats
                await self._tell_providers()

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
        self._hub.broadcast("ws", said_now("provider_stats", data=count_states(states)))

    def _states(self) -> dict[str, State]:
        return states_of(self._ledger, self._directory.providers().values())
