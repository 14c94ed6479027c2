"""What one scrape is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.scheduler import Status
from api.services import Services
from resources.graphql import JobState


@dataclass(frozen=True, slots=True)
class Scrape:
    """The service, what Dagster has said of late, and the sockets: `Hub.totals` and `traffic` of this moment."""

    services: Services
    scheduler: Status
    jobs: Mapping[str, JobState]
    sockets: Mapping[str, Any]
