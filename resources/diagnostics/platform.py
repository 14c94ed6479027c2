"""What is diagnosed."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from resources.directory import Directory
from resources.errors import HeadwaterError
from resources.graphql import Dagster
from resources.lake import Lake
from resources.ledger import Ledger
from resources.providers.base import Provider
from resources.settings import Settings

T = TypeVar("T")
# The last three: what listens there is no Dagster, and answered something else.
NO_DAGSTER = (HeadwaterError, LookupError, TypeError, AttributeError)
# How long what a running process has begun may take until it has told of it, ms.
GRACE_MS = 60_000


@dataclass(frozen=True)
class Platform:
    """A home with its stores; `dagster` is None where Headwater does not run in it.

    `version` is that of the code which looks. The lake is opened anew, so that nothing that this
    process remembers of it hides what has happened to its files.
    """

    settings: Settings
    ledger: Ledger
    dagster: Dagster | None
    version: str
    lake: Lake = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lake", Lake(self.settings.lake_url))

    @property
    def home(self) -> Path:
        return self.settings.home_dir

    @functools.cached_property
    def providers(self) -> Mapping[str, Provider]:
        return Directory(self.ledger).providers()

    def ask(self, question: Callable[[Dagster], T]) -> T | None:
        """What Dagster answers, None where it does not: that has a check of its own."""
        if self.dagster is None:
            return None
        try:
            return question(self.dagster)
        except NO_DAGSTER:
            return None
