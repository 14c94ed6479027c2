"""What the endpoints of one application share."""

import asyncio
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from api.keyring import Keyring
from api.live.hub import Hub
from api.live.tail import LiveTail
from api.readiness import Readiness
from api.scheduler import SchedulerProbe
from resources.lake import Lake
from resources.ledger import Ledger
from resources.market import Registry
from resources.settings import Settings

VERSION = version("headwater")


@dataclass(frozen=True, slots=True)
class Services:
    """Opened when the application starts, closed when it ends."""

    settings: Settings
    ledger: Ledger
    lake: Lake
    registry: Registry
    keyring: Keyring
    scheduler: SchedulerProbe
    readiness: Readiness
    hub: Hub
    tail: LiveTail
    background: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def mode(self) -> str:
        return self.settings.providers


def services_of(connection: HTTPConnection) -> Services:
    services: Services = connection.app.state.services
    return services


async def _services(connection: HTTPConnection) -> Services:
    return services_of(connection)


ServicesDep = Annotated[Services, Depends(_services)]
