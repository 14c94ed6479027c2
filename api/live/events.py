"""What clients of /ws/live hear: the ledger's logs and alerts as they come, and totals."""

import asyncio
import logging
from typing import Any

from api.answers import iso
from api.live.hub import Hub
from api.live.messages import MONITORING, said, said_now
from api.live.pause import Beat, pause
from api.queries.monitoring import log_row
from resources.directory import Directory
from resources.errors import StoreUnavailable
from resources.ledger import Ledger, alerts, logs
from resources.ledger.alerts import Alert
from resources.ledger.logs import Entry
from resources.monitoring.totals import totals

_log = logging.getLogger(__name__)
_EVERY = 0.25
_AFTER_FAILURE = 1.0
# As many lines are told at once; more come with the next look.
_MOST = 500


class LiveEvents:
    """Tells the clients of this process what any process has written to the ledger."""

    def __init__(self, hub: Hub, ledger: Ledger, directory: Directory) -> None:
        self._hub = hub
        self._ledger = ledger
        self._directory = directory
        self._data_version = -1
        self._newest_line: int | None = None
        self._newest_alert: int | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Look four times a second until `stop` is set."""
        limits = self._hub.limits
        looks, status, ping = Beat(_EVERY), Beat(limits.heartbeat), Beat(limits.ping)
        while not stop.is_set():
            await pause(min(beat.wait() for beat in (looks, status, ping)), stop)
            try:
                if looks.due():
                    listening = self._hub.has_listeners(MONITORING)
                    for text in await asyncio.to_thread(self._news, listening):
                        self._hub.broadcast(MONITORING, text)
                if status.due():
                    await self._tell_status()
                if ping.due():
                    self._hub.broadcast(MONITORING, said_now("ping"))
            except StoreUnavailable as error:
                _log.warning("no news of the ledger: %s", error)
                await pause(_AFTER_FAILURE, stop)

    def _news(self, listening: bool) -> list[str]:
        """What to say of lines and alerts since the last look; costs 0.1 ms when there are none."""
        version = self._ledger.data_version()
        if version == self._data_version:
            return []
        if not listening or self._newest_line is None or self._newest_alert is None:
            self._newest_line = logs.newest_id(self._ledger)
            self._newest_alert = alerts.newest_id(self._ledger)
            self._data_version = version
            return []
        lines = logs.after(self._ledger, self._newest_line, _MOST)
        told = alerts.after(self._ledger, self._newest_alert, _MOST)
        self._newest_line = lines[-1].id if lines else self._newest_line
        self._newest_alert = told[-1].id if told else self._newest_alert
        if max(len(lines), len(told)) < _MOST:
            self._data_version = version
        return [text for entry in lines for text in _of_line(entry)] + [
            _of_alert(alert) for alert in told if alert.news.alert_type == "rate_limit"
        ]

    async def _tell_status(self) -> None:
        if self._hub.has_listeners(MONITORING):
            body = await asyncio.to_thread(status_of, self._ledger, self._directory)
            self._hub.broadcast(MONITORING, status_update(body, len(self._hub.clients)))


def status_of(ledger: Ledger, directory: Directory) -> dict[str, Any]:
    """What a status_update says of the ledger; blocking."""
    found = totals(ledger, directory.providers().values(), 1)
    return {
        "system_metrics": {
            "total_providers": found["total_providers"],
            "online_count": found["online"],
            "degraded_count": found["degraded"],
            "offline_count": found["offline"],
            "unknown_count": found["unknown"],
            "avg_response_time_ms": found["avg_response_time_ms"],
            "total_requests_hour": found["total_requests"],
            "total_failures_hour": found["failed_requests"],
            "system_health": found["system_health"],
        },
        "alert_count": alerts.count(ledger, alerts.Wanted(acknowledged=False), unresolved=True),
    }


def status_update(body: dict[str, Any], clients: int) -> str:
    return said_now("status_update", **body, active_websocket_clients=clients)


def _of_line(entry: Entry) -> list[str]:
    line, at = entry.line, iso(entry.at)
    told = [said("new_log_entry", timestamp=at, log_type=line.log_type, data=log_row(entry))]
    if line.log_type == "connection" and "new_status" in line.details:
        statuses = {name: line.details[name] for name in ("old_status", "new_status")}
        change = {"provider": line.provider, **statuses, "details": line.details}
        told.append(said("provider_status_change", timestamp=at, **change))
    return told


def _of_alert(alert: Alert) -> str:
    return said(
        "rate_limit_alert",
        timestamp=iso(alert.at),
        provider=alert.news.provider,
        percentage=alert.news.details.get("percentage"),
        severity=alert.news.severity,
        window=alert.news.details.get("window"),
    )
