"""What a check finds, and what a fix is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from resources.diagnostics.platform import Platform

Severity = Literal["critical", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Fix:
    """`action` is the name of one of the FIXES, `target` what it is done to.

    `does` is a sentence of what it would do. One that is not `safe` is done only where it was
    chosen by its id.
    """

    action: str
    target: str
    does: str
    safe: bool = True

    @property
    def id(self) -> str:
        return f"{self.action}:{self.target}"


@dataclass(frozen=True, slots=True)
class Issue:
    """`message` names no path of this machine; `details` are JSON."""

    severity: Severity
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    fix: Fix | None = None


Check: TypeAlias = Callable[[Platform], Iterator[Issue]]
# Takes a fix's target and says what was done. Raises HeadwaterError where it cannot be.
Apply: TypeAlias = Callable[[Platform, str], str]
