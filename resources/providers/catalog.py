"""The providers that are only watched: data, one file per category in `catalog/`."""

import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from resources.errors import StartRefused
from resources.providers.base import Provider
from resources.providers.entries import CATALOG, read_entry
from resources.providers.fields import Problem

FOLDER = Path(__file__).with_name("catalog")


@dataclass(frozen=True, slots=True)
class BadEntry:
    """Where in the catalog something is wrong, and what."""

    file: str
    entry: str
    problem: Problem

    def __str__(self) -> str:
        field = f"{self.problem.field} " if self.problem.field else ""
        return f"{self.file}: {self.entry}: {field}{self.problem.reason}"


def load_catalog(taken: Collection[str] = (), folder: Path = FOLDER) -> dict[str, Provider]:
    """The providers of all files of a folder, by id; ids that are `taken` are refused.

    Raises StartRefused, which names file, entry, field and reason of all that is wrong.
    """
    bad: list[BadEntry] = []
    found: dict[str, Provider] = {}
    places = dict.fromkeys(taken, "a module of the same id")
    for file, number, raw in _entries(folder, bad):
        problems: list[Problem] = []
        provider = read_entry(raw, CATALOG, problems)
        label = _label(raw, number)
        given = raw.get("id") if isinstance(raw, dict) else None
        if isinstance(given, str) and given in places:
            problems.append(Problem("id", f"is taken already, by {places[given]}"))
        elif isinstance(given, str):
            places[given] = file
        bad += [BadEntry(file, label, problem) for problem in problems]
        if provider and not problems:
            found[provider.id] = provider
    if bad:
        raise StartRefused(_sentence(bad))
    return found


def _entries(folder: Path, bad: list[BadEntry]) -> Iterator[tuple[str, int, object]]:
    """(file, number, entry) of each entry of each file."""
    for path in sorted(folder.glob("*.toml")):
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            bad.append(BadEntry(path.name, "the file", Problem("", f"is not TOML: {error}")))
            continue
        entries = content.pop("provider", [])
        bad += [BadEntry(path.name, n, Problem("", "is no [[provider]]")) for n in content]
        if not isinstance(entries, list):
            bad.append(BadEntry(path.name, "provider", Problem("", "must be [[provider]]")))
            continue
        for number, raw in enumerate(entries, 1):
            yield path.name, number, raw


def _label(raw: object, number: int) -> str:
    given = raw.get("id") if isinstance(raw, dict) else None
    return repr(given) if isinstance(given, str) else f"entry {number}"


def _sentence(bad: list[BadEntry]) -> str:
    if len(bad) == 1:
        return f"the catalog of providers is wrong: {bad[0]}"
    lines = "".join(f"\n  {one}" for one in bad)
    return f"the catalog of providers is wrong in {len(bad)} places:{lines}"
