"""A document of providers, as a whole: what can be stored of it, or all that is wrong."""

from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from resources.foreign.entry import translated
from resources.foreign.shapes import Found, entries_of
from resources.ledger.provider_schedules import Edit
from resources.providers.base import Provider
from resources.providers.entries import CUSTOM, read_entry
from resources.providers.fields import Problem
from resources.schedules import interval_fault, limits_fault

_MOST = 2_000


@dataclass(slots=True)
class Listing:
    """Providers and, of (entry, field, reason), errors; with one of these nothing may be stored.

    A provider is always enabled: whether an entry is, and its interval, are in `edits`, the
    changes of schedules by provider. `keys` are those that stood in entries, likewise.
    """

    providers: dict[str, Provider] = field(default_factory=dict)
    errors: list[tuple[str, str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    edits: dict[str, Edit] = field(default_factory=dict)


def read_file(content: bytes) -> Listing:
    """The entries of a JSON document in any of the usual shapes. Never raises."""
    try:
        document = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        reason = "is nested too deep" if isinstance(error, RecursionError) else str(error)
        return Listing(errors=[("the file", "", f"is no JSON: {reason}")])
    listing = Listing()
    for number, found in enumerate(entries_of(document)):
        if number == _MOST:
            listing.errors.append(("the file", "", f"has more than {_MOST} entries"))
            break
        read_one(found, listing)
    if not listing.providers and not listing.errors:
        listing.errors.append(("the file", "", "has no providers"))
    return listing


def read_one(found: Found, listing: Listing) -> None:
    """Add an entry, or what is wrong with it, to a listing."""
    made = translated(found)
    problems: list[Problem] = []
    provider = read_entry(made.entry, CUSTOM, problems)
    label = _label(made.entry, found)
    problems += _beyond_its_form(found.raw, provider, made.interval)
    if provider and provider.id in listing.providers:
        problems.append(Problem("id", "stands in the list twice"))
    listing.errors += [(label, problem.field, problem.reason) for problem in problems]
    listing.warnings += [f"{label}: {warning}" for warning in made.warnings]
    if provider and not problems:
        enabled = provider.enabled if "enabled" in made.entry else None
        listing.providers[provider.id] = replace(provider, enabled=True)
        listing.edits[provider.id] = Edit(made.interval, enabled)
        if made.key is not None:
            listing.keys[provider.id] = made.key


def _beyond_its_form(raw: Any, provider: Provider | None, interval: Any) -> list[Problem]:
    """What is wrong with an entry that its translation hides, and with its schedule."""
    problems = []
    address = raw.get("base_url") if isinstance(raw, dict) else None
    if isinstance(address, str) and ("?" in address or "#" in address):
        problems.append(Problem("base_url", "has a query or fragment; a query is of the endpoints"))
    if provider and (reason := limits_fault(provider)):
        problems.append(Problem("limits", reason))
    elif provider and interval is not None and (reason := interval_fault(provider, interval)):
        problems.append(Problem("interval", reason))
    return problems


def _label(entry: object, found: Found) -> str:
    given = entry.get("id") if isinstance(entry, dict) else None
    return given if isinstance(given, str) and given else found.at
