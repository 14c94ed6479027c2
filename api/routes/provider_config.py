"""Which providers there are, and those that are added, changed and removed at run time."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import aiohttp
import msgspec
from fastapi import APIRouter, Path, Query, Request

from api.answers import Answer, Download
from api.auth import ADMIN, OPEN, READ
from api.bodies import described, json_object, uploaded
from api.models.base import documented
from api.models.requests import NewApi
from api.models.sources import (
    ApiCategories,
    ApiDetail,
    CategoryApis,
    ConfiguredApis,
    Imported,
    ProviderFile,
    SourceDone,
    SourceStored,
)
from api.queries import provider_config as queries
from api.services import Services, ServicesDep
from resources import pools
from resources.errors import Conflict, InvalidEntries, InvalidInput
from resources.foreign import Listing, read_file, read_one
from resources.foreign.shapes import Found
from resources.http.addresses import AddressRules, fault_of_url
from resources.ledger import custom_providers
from resources.ledger.custom_providers import Mode, Stored
from resources.ledger.provider_schedules import Edit
from resources.providers import load_providers
from resources.providers.base import Provider, Update
from resources.settings import sendable_key

router = APIRouter(tags=["data sources"])
_MOST_OF_FILE = 10_000_000
# Each takes one of the threads that answers need too, for as long as the system likes.
_AT_ONCE = 2
_RESOLVING_SECONDS = 5.0
_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")

ApiPath = Annotated[str, Path(max_length=100, description="Id or name of a provider.")]
_FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "mode": {"type": "string", "enum": ["merge", "replace"]},
                    },
                }
            },
            "application/json": {"schema": {"type": ["object", "array"]}},
        },
    }
}


@router.get("/api/v2/config/apis", dependencies=[OPEN], responses=documented(ConfiguredApis, 404))
def apis(
    services: ServicesDep,
    update_type: Annotated[Update | None, Query(description="How fresh it is wanted.")] = None,
    category: Annotated[
        str | None, Query(max_length=100, description="One of the categories.")
    ] = None,
    enabled: Annotated[bool | None, Query(description="Only those that are, or are not.")] = None,
) -> Answer:
    """Every provider as it is configured; a key that is set shows as ***."""
    wanted = None if category is None else services.directory.category(category)
    found = queries.rows(services, wanted, update_type, enabled)
    return Answer({"apis": found, "total": len(found)})


@router.get("/api/v2/config/apis/{api_id}", dependencies=[OPEN], responses=documented(ApiDetail))
def api(services: ServicesDep, api_id: ApiPath) -> Answer:
    """One provider as it is configured."""
    return Answer(queries.row_of(services, services.directory.provider(api_id)))


@router.get("/api/v2/config/categories", dependencies=[OPEN], responses=documented(ApiCategories))
def categories(services: ServicesDep) -> Answer:
    """The categories, and how many providers each has."""
    stats = queries.stats(services.directory.providers().values())
    known = services.directory.categories()
    return Answer({"categories": known, "stats": {name: stats.get(name, 0) for name in known}})


@router.get(
    "/api/v2/config/apis/category/{category}",
    dependencies=[OPEN],
    responses=documented(CategoryApis),
)
def apis_of_category(
    services: ServicesDep, category: Annotated[str, Path(max_length=100, description="Any case.")]
) -> Answer:
    """The providers of a category."""
    name = services.directory.category(category)
    found = queries.rows(services, name)
    return Answer({"category": name, "apis": found, "count": len(found)})


@router.post(
    "/api/v2/config/apis",
    dependencies=[ADMIN],
    status_code=201,
    openapi_extra=described(NewApi),
    responses=documented(SourceStored, 409, status=201),
)
async def add_api(services: ServicesDep, request: Request) -> Answer:
    """Add a provider; its key is kept encrypted, and shown to nobody."""
    posted = await _posted(services, await json_object(request))
    await asyncio.to_thread(_add, services, posted)
    return await _done(services, posted, "was added", status=201)


@router.put(
    "/api/v2/config/apis/{api_id}",
    dependencies=[ADMIN],
    openapi_extra=described(NewApi),
    responses=documented(SourceStored, 409),
)
async def change_api(services: ServicesDep, api_id: ApiPath, request: Request) -> Answer:
    """Put a provider in place of one that was added; it keeps its key if it keeps its address."""
    held = await asyncio.to_thread(services.directory.provider, api_id)
    body = await json_object(request)
    posted = await _posted(services, {**body, "id": held.id})
    await asyncio.to_thread(_change, services, posted)
    return await _done(services, posted, "was changed")


@router.delete(
    "/api/v2/config/apis/{api_id}", dependencies=[ADMIN], responses=documented(SourceDone, 409)
)
def remove_api(services: ServicesDep, api_id: ApiPath) -> Answer:
    """Remove a provider that was added, its key, and all that was seen of it."""
    provider = services.directory.provider(api_id)
    if not services.directory.is_custom(provider):
        raise Conflict(f"{provider.id} is built in; disable its schedule instead")
    custom_providers.remove(services.ledger, provider.id)
    return Answer({"status": "success", "message": f"{provider.id} was removed"})


@router.get("/api/v2/config/export", dependencies=[READ], responses=documented(ProviderFile))
def export(services: ServicesDep) -> Download:
    """The providers that were added, as a file that the import takes; keys are ***."""
    content = msgspec.json.format(msgspec.json.encode(queries.exported(services)))
    return Download(content, "application/json", "providers.json", {})


@router.post(
    "/api/v2/config/import",
    dependencies=[ADMIN],
    openapi_extra=_FILE_BODY,
    responses=documented(Imported, 409),
)
async def import_apis(
    services: ServicesDep,
    request: Request,
    mode: Annotated[
        Mode | None, Query(description="replace removes what is not in the file; also a field.")
    ] = None,
) -> Answer:
    """Add or change all providers of a JSON file, or none: `errors` then says what is wrong."""
    content, fields = await uploaded(request, _MOST_OF_FILE)
    chosen = _mode(mode or fields.get("mode") or "merge")
    listing = await asyncio.to_thread(read_file, content)
    listing.warnings += [
        f"{id_}: its key was dropped; set HEADWATER_KEY_{id_.upper()} or send it with the provider"
        for id_ in listing.keys
    ]
    await _require_storable(services, listing)
    stored = await asyncio.to_thread(_store, services, listing, chosen)
    added, updated, removed = stored.added, stored.updated, stored.removed
    return Answer(
        {
            "status": "success",
            "message": f"{len(added)} providers were added, {len(updated)} updated, "
            f"{len(removed)} removed",
            "added": len(added),
            "updated": len(updated),
            "removed": len(removed),
            "rejected": 0,
            "providers": [*added, *updated],
            "warnings": listing.warnings,
        }
    )


@dataclass(frozen=True, slots=True)
class _Posted:
    """What a client sent, checked; `key` is kept apart from all that is shown."""

    provider: Provider
    key: str | None
    edit: Edit
    warnings: list[str]


async def _posted(services: Services, body: dict[str, Any]) -> _Posted:
    """A provider that may be stored. Raises InvalidInput, InvalidEntries."""
    given = body.get("id")
    if not isinstance(given, str) or not _ID.fullmatch(given):
        raise InvalidEntries([(str(given)[:64], "id", "must be letters, digits and _, at most 64")])
    listing = Listing()
    read_one(Found(body, "the body"), listing)
    await _require_storable(services, listing, builtin_too=True)
    (provider,) = listing.providers.values()
    key = (listing.keys.get(provider.id) or "").strip() or None
    if key and not sendable_key(key):
        raise InvalidEntries([(provider.id, "auth", "has a key with characters that no key has")])
    return _Posted(provider, key, listing.edits[provider.id], listing.warnings)


async def _require_storable(
    services: Services, listing: Listing, *, builtin_too: bool = False
) -> None:
    """Raises InvalidEntries with all that is wrong with the entries and their addresses."""
    errors = list(listing.errors)
    if not builtin_too:
        taken = sorted(listing.providers.keys() & load_providers().keys())
        errors += [(id_, "id", "is a built-in provider, which cannot be changed") for id_ in taken]
    errors += await _refused(services, listing.providers.values())
    if errors:
        raise InvalidEntries(errors, listing.warnings)


async def _refused(services: Services, providers: Iterable[Provider]) -> list[tuple[str, str, str]]:
    """(id, field, reason) of the addresses that may not be called."""
    rules = AddressRules(services.settings.allowed_addresses)
    resolver = aiohttp.ThreadedResolver()
    turns = asyncio.Semaphore(_AT_ONCE)
    until = asyncio.get_running_loop().time() + _RESOLVING_SECONDS

    async def look(id_: str, field: str, url: str) -> tuple[str, str, str] | None:
        async with turns:
            left = min(3.0, until - asyncio.get_running_loop().time())
            reason = await fault_of_url(rules, url, resolver, max(left, 0.001))
        return (id_, field, reason) if reason else None

    addresses = [
        (provider.id, field, url)
        for provider in providers
        for field, url in (("base_url", provider.base_url), ("ws_url", provider.ws_url))
        if url
    ]
    found = await asyncio.gather(*(look(*address) for address in addresses))
    return [one for one in found if one]


def _add(services: Services, posted: _Posted) -> None:
    custom_providers.add(services.ledger, posted.provider, posted.key, posted.edit)
    pools.seed(services.ledger, services.directory.providers())


def _change(services: Services, posted: _Posted) -> None:
    if posted.provider.id in load_providers():
        raise Conflict(f"{posted.provider.id} is built in and cannot be changed")
    custom_providers.change(services.ledger, posted.provider, posted.key, posted.edit)
    pools.seed(services.ledger, services.directory.providers())


def _store(services: Services, listing: Listing, mode: Mode) -> Stored:
    providers = listing.providers.values()
    stored = custom_providers.store(services.ledger, providers, mode, listing.edits)
    pools.seed(services.ledger, services.directory.providers())
    return stored


async def _done(services: Services, posted: _Posted, what: str, status: int = 200) -> Answer:
    row = await asyncio.to_thread(queries.row_of, services, posted.provider)
    return Answer(
        {
            "status": "success",
            "message": f"{posted.provider.id} {what}",
            "api": row,
            "warnings": posted.warnings,
        },
        status=status,
    )


def _mode(text: str) -> Mode:
    modes: dict[str, Mode] = {"merge": "merge", "replace": "replace"}
    if text not in modes:
        raise InvalidInput("mode is merge or replace")
    return modes[text]
