"""Webhooks: who is told of what happens (docs/webhooks.md)."""

import asyncio
import time
from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from api.answers import Answer
from api.auth import ADMIN
from api.bodies import body_of, described
from api.gate.visit import visit_of
from api.models.base import documented
from api.models.webhooks import NewWebhook, RemovedWebhook, TestedWebhook, Webhooks
from api.params import now_ms
from api.queries import webhooks as queries
from api.services import Services, ServicesDep
from resources.errors import Conflict, InvalidInput, NotFound, Unavailable, UnknownSymbol
from resources.http.addresses import AddressRules
from resources.ledger import webhook_deliveries, webhooks
from resources.ledger.alerts import Severity
from resources.ledger.webhooks import Wanted
from resources.webhooks.delivery import LONGEST_URL, Sender, checked_url
from resources.webhooks.events import FEEDS, prices_of
from resources.webhooks.events import body_of as text_of
from resources.webhooks.filter import EVENTS, NARROWED, PING, Event, Filter
from resources.webhooks.signing import new_id, new_secret
from resources.webhooks.thresholds import Crossed

router = APIRouter(tags=["monitoring"])
_MOST = 100
_Name = Annotated[str, Field(min_length=1, max_length=100)]
_Names = Annotated[list[_Name], Field(max_length=_MOST)]
_Price = Annotated[float, Field(gt=0, allow_inf_nan=False)]
WebhookId = Annotated[str, Path(max_length=64, description="`webhook_id` of a webhook.")]


class NewFilter(BaseModel):
    """What narrows the events."""

    model_config = ConfigDict(extra="forbid", strict=True)

    symbols: _Names = Field([], description="Assets or markets, of feed_update.")
    providers: _Names = Field([], description="Of alert, api_update and provider_update.")
    feeds: _Names = Field([], description="Of alert and feed_update.")
    severities: list[Severity] = Field([], max_length=3, description="Of alert.")
    symbol: _Name | None = Field(None, description="The asset of price_threshold.")
    above: _Price | None = Field(None, description="USD that its price rises above.")
    below: _Price | None = Field(None, description="USD that its price falls below.")


class Registration(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    url: str = Field(
        min_length=8, max_length=LONGEST_URL, description="http or https, at a public address."
    )
    events: list[Event] = Field(min_length=1, max_length=len(EVENTS), description="Of what.")
    filter: NewFilter | None = Field(None, description="None given: all of these events.")


@router.get("/api/webhooks", dependencies=[ADMIN], responses=documented(Webhooks))
def list_webhooks(services: ServicesDep) -> Answer:
    """All webhooks and how their deliveries go, the oldest first; never a secret."""
    found = queries.rows(services.ledger)
    return Answer({"webhooks": found, "total": len(found)})


@router.post(
    "/api/webhooks",
    dependencies=[ADMIN],
    status_code=201,
    openapi_extra=described(Registration),
    responses=documented(NewWebhook, 409, status=201),
)
async def create_webhook(
    services: ServicesDep,
    request: Request,
    body: Annotated[Registration, Depends(body_of(Registration))],
) -> Answer:
    """Tell an address of what happens from now on. Its secret is shown in this answer alone."""
    settings, key = services.settings, visit_of(request).caller.key
    by = None if key is None else key.id
    url = await checked_url(AddressRules(settings.allowed_addresses), body.url)
    events = tuple(sorted(set(body.events)))
    filter_ = _filter_of(services, body.filter or NewFilter(), events)
    crossed = await asyncio.to_thread(_crossed, services, filter_)
    told = filter_.told()
    wanted = Wanted(new_id()[:16], url, events, told, new_secret(), by, crossed)
    await asyncio.to_thread(webhooks.add, services.ledger, wanted, settings.webhooks_most)
    answer = Answer(
        {
            "webhook_id": wanted.id,
            "url": url,
            "events": events,
            "filter": told,
            "secret": wanted.secret,
        },
        status=201,
    )
    answer.headers["Cache-Control"] = "no-store"
    del answer.headers["ETag"]
    return answer


@router.delete(
    "/api/webhooks/{webhook_id}", dependencies=[ADMIN], responses=documented(RemovedWebhook)
)
def delete_webhook(services: ServicesDep, webhook_id: WebhookId) -> Answer:
    """Forget a webhook, its secret, and the deliveries that wait."""
    webhooks.remove(services.ledger, webhook_id)
    return Answer({"webhook_id": webhook_id})


@router.post(
    "/api/webhooks/{webhook_id}/test", dependencies=[ADMIN], responses=documented(TestedWebhook)
)
async def try_webhook(services: ServicesDep, webhook_id: WebhookId) -> Answer:
    """Send a ping now, and tell how it went: 503 says why it was not delivered.

    A ping that is delivered takes up again what was given up, or gone.
    """
    ledger = services.ledger
    webhook = await asyncio.to_thread(webhooks.get, ledger, webhook_id)
    secret = await asyncio.to_thread(webhooks.secret_of, ledger, webhook)
    body = text_of(new_id(), webhook_id, PING, now_ms(), {"message": "a ping of Headwater"})
    started = time.perf_counter()
    async with Sender(AddressRules(services.settings.allowed_addresses)) as sender:
        outcome = await sender.send(webhook.url, secret, PING, body)
    took = round((time.perf_counter() - started) * 1_000, 1)
    await asyncio.to_thread(webhook_deliveries.note_ping, ledger, webhook_id, outcome)
    if outcome.error is not None:
        raise Unavailable(f"the ping was not delivered: {outcome.error}")
    status = {"http_status": outcome.http_status, "response_ms": took}
    return Answer({"webhook_id": webhook_id, "delivered": True, **status})


def _filter_of(services: Services, given: NewFilter, events: Iterable[Event]) -> Filter:
    """What was sent, in our own names. Raises InvalidInput."""
    known = frozenset[str]().union(*(NARROWED[event] for event in events))
    asked = given.model_dump(exclude_defaults=True).keys()
    if strange := sorted(asked - known):
        raise InvalidInput(f"filter.{strange[0]} narrows none of the events: {', '.join(events)}")
    if "price_threshold" in events and (given.symbol is None or given.above is given.below is None):
        raise InvalidInput("price_threshold wants filter.symbol, and filter.above or filter.below")
    if given.above is not None and given.below is not None and given.below >= given.above:
        raise InvalidInput("filter.below must be less than filter.above")
    if unknown := sorted(set(given.feeds) - set(FEEDS)):
        raise InvalidInput(f"there is no feed {unknown[0]!r}; there are {', '.join(FEEDS)}")
    try:
        return Filter(
            symbols=_sorted(_symbol(services, one) for one in given.symbols),
            providers=_sorted(services.directory.provider(one).id for one in given.providers),
            feeds=_sorted(given.feeds),
            severities=_sorted(given.severities),
            symbol=services.registry.asset(given.symbol).ticker if given.symbol else None,
            above=given.above,
            below=given.below,
        )
    except (NotFound, Conflict) as error:
        raise InvalidInput(f"filter: {error}") from error


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _symbol(services: Services, spelling: str) -> str:
    """An asset, or else a market."""
    try:
        return services.registry.asset(spelling).ticker
    except UnknownSymbol:
        return str(services.registry.market(spelling))


def _crossed(services: Services, filter_: Filter) -> Crossed:
    """On which side of its lines the price stands now."""
    found = prices_of(services.ledger, [filter_.symbol] if filter_.symbol else [])
    for price, _ in found.values():
        return filter_.lines.judge(price, Crossed())[0]
    return Crossed()
