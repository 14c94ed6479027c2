"""Exports of what providers answered: files of JSON and CSV, written piece by piece."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from api.answers import now_iso
from api.queries.snapshots import to_row
from api.services import Services
from api.spreadsheets import leaves, lines
from resources import exports
from resources.exports import Export
from resources.ledger import snapshots
from resources.ledger.snapshots import Snapshot

# What memory holds of a provider's history at once.
_PAGE, _PAGE_BYTES = 100, 4_000_000
_CSV_ROWS = 1_000
_FLAT = ("api_id", "timestamp", "status", "source", "path", "value")
_WHOLE = ("api_id", "timestamp", "status", "source", "data")


def write_json(services: Services, provider_ids: Sequence[str], *, history: bool) -> str:
    """The newest answer of each of these providers, with all their snapshots where `history` is
    asked; returns the file's name. Raises as `exports.writing` and `Export.write`."""
    with exports.writing(services.settings.export_dir, "snapshots", "json") as export:
        _open(export, {"exported_at": now_iso(), "mode": services.mode})
        export.write(b',"apis":{')
        for number, snapshot in enumerate(_newest(services, provider_ids)):
            export.write(b"," if number else b"")
            _member(export, snapshot.answered.provider, to_row(snapshot, services.mode))
        export.write(b"}")
        if history:
            export.write(b',"history":{')
            for number, provider in enumerate(provider_ids):
                export.write(b"," if number else b"")
                export.write(msgspec.json.encode(provider) + b":[")
                _write_history(services, provider, export)
                export.write(b"]")
            export.write(b"}")
        export.write(b"}\n")
    return export.name


def write_history(services: Services, provider: str) -> str:
    """All snapshots of a provider, newest first, as JSON; raises as `write_json`."""
    with exports.writing(services.settings.export_dir, f"history_{provider}", "json") as export:
        _open(export, {"api_id": provider, "exported_at": now_iso(), "mode": services.mode})
        export.write(b',"history":[')
        count = _write_history(services, provider, export)
        export.write(b'],"count":%d}\n' % count)
    return export.name


def write_csv(services: Services, provider_ids: Sequence[str], *, flatten: bool) -> str:
    """The newest answer of each of these providers: a line for each of its values where it is to
    be flat, else one with all of it; raises as `write_json`."""
    with exports.writing(services.settings.export_dir, "snapshots", "csv") as export:
        export.write(lines([_FLAT if flatten else _WHOLE]))
        for snapshot in _newest(services, provider_ids):
            rows = _rows(snapshot, services.mode, flatten=flatten)
            while some := list(itertools.islice(rows, _CSV_ROWS)):
                export.write(lines(some))
    return export.name


def _open(export: Export, facts: Mapping[str, str]) -> None:
    export.write(msgspec.json.encode(facts)[:-1])


def _member(export: Export, name: str, value: Any) -> None:
    export.write(msgspec.json.encode(name) + b":" + msgspec.json.encode(value))


def _newest(services: Services, provider_ids: Sequence[str]) -> Iterator[Snapshot]:
    """One after another: together they may be large."""
    for provider in provider_ids:
        yield from snapshots.newest(services.ledger, [provider]).values()


def _write_history(services: Services, provider: str, export: Export) -> int:
    before, more, count = None, True, 0
    while more:
        found, more = snapshots.page(services.ledger, provider, before, _PAGE, _PAGE_BYTES)
        for one in found:
            export.write(b"," if count else b"")
            export.write(msgspec.json.encode(to_row(one, services.mode)))
            before, count = one.id, count + 1
        more = more and bool(found)
    return count


def _rows(snapshot: Snapshot, mode: str, *, flatten: bool) -> Iterator[tuple[Any, ...]]:
    row, answered = to_row(snapshot, mode), snapshot.answered
    facts = (
        row["api_id"], row["timestamp"], row["metadata"]["status"], row["metadata"]["source"]
    )  # fmt: skip
    body = answered.body
    text = None if body is None else body.decode(errors="replace")
    if not flatten:
        yield (*facts, text)
    elif body is None or not answered.is_json:
        yield (*facts, "", text)
    else:
        for path, value in leaves(body):
            yield (*facts, path, value)
