"""A document of providers, as a whole: what can be stored of it, or all that is wrong."""

from dataclasses import dataclass, field

import msgspec

from resources.foreign.entry import translated
from resources.foreign.shapes import Found, entries_of, is_registry
from resources.providers.base import Provider
from resources.providers.entries import CUSTOM, read_entry
from resources.providers.fields import Problem

_MOST = 2_000


@dataclass(slots=True)
class Listing:
    """Providers and, of (entry, field, reason), errors; with one of these nothing may be stored.

    `keys` are those that stood in entries, by provider.
    """

    providers: dict[str, Provider] = field(default_factory=dict)
    errors: list[tuple[str, str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)


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
    if not listing.providers and not listing.errors and not _is_empty_list(document):
        listing.errors.append(("the file", "", "has no providers"))
    return listing


def read_one(found: Found, listing: Listing) -> None:
    """Add an entry, or what is wrong with it, to a listing."""
    made = translated(found)
    problems: list[Problem] = []
    provider = read_entry(made.entry, CUSTOM, problems)
    label = _label(made.entry, found)
    if provider and provider.id in listing.providers:
        problems.append(Problem("id", "stands in the list twice"))
    listing.errors += [(label, problem.field, problem.reason) for problem in problems]
    listing.warnings += [f"{label}: {warning}" for warning in made.warnings]
    if provider and not problems:
        listing.providers[provider.id] = provider
        if made.key is not None:
            listing.keys[provider.id] = made.key


def _is_empty_list(document: object) -> bool:
    """Whether a document without entries is a list of none, and not something else."""
    return document == [] or (isinstance(document, dict) and any(map(is_registry, document)))


def _label(entry: object, found: Found) -> str:
    given = entry.get("id") if isinstance(entry, dict) else None
    return given if isinstance(given, str) and given else found.at
