"""Answers of providers as files, and the files that exports and backups have made."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StrictBool
from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from api import exports
from api.answers import Answer, is_body_wanted
from api.auth import READ, WRITE, caller
from api.bodies import body_of, described
from api.models.base import Responses, documented
from api.models.files import Exported, ExportFile
from api.routes.provider_schedules import ProviderPath
from api.services import Services, ServicesDep
from resources import backups
from resources import exports as files
from resources.errors import Forbidden, NotFound, UnknownName
from resources.ledger.keys import ApiKey

router = APIRouter(tags=["data sources"])
EXPORTS, BACKUPS = "exports", "backups"
_MOST_NAMED = 20
_GONE = "no export or backup has made a file of this name, or it is gone"
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{0,18})|bytes=-(\d{1,18})")

_Ids = Annotated[
    list[Annotated[str, Field(max_length=500)]] | None,
    Query(max_length=100, description="Ids or names of providers, also with commas between."),
]
_History = Annotated[bool | None, Query(description="All snapshots too, not the newest alone.")]
_Flatten = Annotated[
    bool | None, Query(description="A line for each value; else one for each answer.")
]
_Names = list[Annotated[str, Field(max_length=100)]]


_DOWNLOADS: Responses = {
    **documented(ExportFile, 404, files="text/csv application/x-tar"),
    206: {"description": "A part of it."},
}


class _Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    api_ids: Annotated[_Names, Field(max_length=1_000)] | None = None


class JsonExport(_Wanted):
    include_history: StrictBool = False


class CsvExport(_Wanted):
    flatten: StrictBool = True


@router.post(
    "/api/v2/export/json",
    dependencies=[WRITE],
    openapi_extra=described(JsonExport),
    responses=documented(Exported, 404),
)
def export_json(
    services: ServicesDep,
    body: Annotated[JsonExport, Depends(body_of(JsonExport))],
    api_ids: _Ids = None,
    include_history: _History = None,
) -> Answer:
    """The newest answers of providers as a JSON file, by the query or the body; all by default."""
    wanted = _providers(services, api_ids or body.api_ids)
    history = body.include_history if include_history is None else include_history
    return _exported(exports.write_json(services, wanted, history=history))


@router.post(
    "/api/v2/export/csv",
    dependencies=[WRITE],
    openapi_extra=described(CsvExport),
    responses=documented(Exported, 404),
)
def export_csv(
    services: ServicesDep,
    body: Annotated[CsvExport, Depends(body_of(CsvExport))],
    api_ids: _Ids = None,
    flatten: _Flatten = None,
) -> Answer:
    """The newest answers of providers as a CSV file in which no cell is taken for a formula."""
    wanted = _providers(services, api_ids or body.api_ids)
    flat = body.flatten if flatten is None else flatten
    return _exported(exports.write_csv(services, wanted, flatten=flat))


@router.post(
    "/api/v2/export/history/{api_id}", dependencies=[WRITE], responses=documented(Exported)
)
def export_history(services: ServicesDep, api_id: ProviderPath) -> Answer:
    """All snapshots of one provider, newest first, as a JSON file."""
    return _exported(exports.write_history(services, services.directory.provider(api_id).id))


@router.get(
    "/api/v2/download",
    dependencies=[READ],
    responses=_DOWNLOADS,
)
def download(
    services: ServicesDep,
    key: Annotated[ApiKey | None, Depends(caller)],
    file: Annotated[
        str, Query(max_length=2_000, description="The filepath that an export or backup answered.")
    ],
) -> FileResponse:
    """A file that an export or a backup has made; a backup for the scope admin alone."""
    folder, _, name = file.partition("/")
    if folder == EXPORTS and (path := files.path_of(services.settings.export_dir, name)):
        return StoredFile(path, name)
    if folder == BACKUPS and (found := _archive(services.settings.backup_dir, name)):
        if key is None or not key.allows("admin"):
            raise Forbidden("a backup holds all that is stored: its download needs the scope admin")
        return StoredFile(found, name, "application/x-tar")
    raise NotFound(_GONE)


def download_url(filepath: str) -> str:
    return f"/api/v2/download?file={quote(filepath)}"


class StoredFile(FileResponse):
    """A file that never changes, or a part of it; a range that cannot be had is no error: all is
    sent. It may be deleted meanwhile. Raises NotFound where it was before."""

    def __init__(self, path: Path, name: str, media_type: str | None = None) -> None:
        try:
            self._opened = path.open("rb")
        except FileNotFoundError as error:
            raise NotFound(_GONE) from error
        held = self._opened.fileno()
        # Its base opens by name, once the head of the answer is sent.
        super().__init__(
            f"/dev/fd/{held}", media_type=media_type, filename=name, stat_result=os.fstat(held)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.headers["cache-control"] = "no-cache"
        headers = MutableHeaders(scope=scope)
        if not _is_range(headers.get("range", ""), int(self.headers["content-length"])):
            del headers["range"]
        method = "GET" if is_body_wanted(scope, self.headers["etag"]) else "HEAD"
        with self._opened:
            await super().__call__(
                {**scope, "method": method, "headers": headers.raw}, receive, send
            )


def _is_range(said: str, size: int) -> bool:
    found = _RANGE.fullmatch(said)
    if found is None:
        return False
    first, last, suffix = found.groups()
    if suffix is not None:
        return size > 0 and int(suffix) > 0
    return int(first) < size and (not last or int(first) <= int(last))


def _archive(folder: Path, name: str) -> Path | None:
    try:
        path = backups.path_of(folder, name)
    except NotFound:
        return None
    return path if path.name == name and path.is_file() else None


def _providers(services: Services, named: Iterable[str] | None) -> list[str]:
    """Their ids, each once, in order; all there are where nobody is named. Raises NotFound that
    names those that are unknown."""
    if named is None:
        return sorted(services.directory.providers())
    found: dict[str, None] = {}
    unknown: list[UnknownName] = []
    for spelling in (part.strip() for text in named for part in text.split(",")):
        try:
            found[services.directory.provider(spelling).id] = None
        except UnknownName as error:
            unknown.append(error)
    if len(unknown) == 1:
        raise unknown[0]
    if unknown:
        names = ", ".join(repr(one.spelling) for one in unknown[:_MOST_NAMED])
        more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
        raise NotFound(f"there are no providers {names}{more}")
    return list(found)


def _exported(name: str) -> Answer:
    filepath = f"{EXPORTS}/{name}"
    return Answer(
        {"status": "success", "filepath": filepath, "download_url": download_url(filepath)}
    )
