"""Providers as data: one entry of the catalog, or one that was added at run time, and back.

    id = "acme"                       # lower case, digits, _
    name = "Acme"
    category = "block_explorer"
    base_url = "https://api.acme.example"
    docs_url = "https://docs.acme.example"
    auth = { kind = "query", name = "apikey", prefix = "", required = true }
    limits = [{ amount = 5, seconds = 1 }]
    update = "scheduled"
    health = { path = "/status" }
    ws_url = "wss://ws.acme.example"
    enabled = true
    endpoints = [{ feed = "onchain", path = "/gas", params = { chain = "1" }, weight = 1 }]

A call with a `body` (JSON as text) is a POST. An endpoint of the feed news with `format = "rss"`
(Atom too) is collected, and so is one with `format = "json"` and a map of its fields:

    fields = { stories = "articles", title = "title", summary = "description", url = "url",
               publisher = "source.name", published = "publishedAt" }
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

import httpx

from resources.news import articles
from resources.providers.base import (
    CATEGORIES,
    FEEDS,
    Auth,
    Call,
    Endpoint,
    Limit,
    Provider,
    Update,
)
from resources.providers.families.headlines import headlines
from resources.providers.fields import Fields, Problem, has_unfilled
from resources.providers.keys import IN_CLEAR, RANDOM_PART, carries_key, key_in_json, key_in_query

_ID = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")
_KINDS = ("header", "query", "path")
FORMATS = ("rss", "json")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# What a request has already, and what belongs to its connection.
_TAKEN_HEADERS = (
    "accept-encoding", "connection", "content-length", "content-type", "host", "te",
    "transfer-encoding", "upgrade", "user-agent",
)  # fmt: skip
_PREFIX = re.compile(r"[A-Za-z][A-Za-z-]{0,19} ")
_LONGEST_WINDOW = 31 * 86_400
_MOST = 1_000
# A call a second, where nobody says what a provider allows.
_POLITE = (Limit(60, 60),)


@dataclass(frozen=True, slots=True)
class Rules:
    """What is asked of an entry beyond its form.

    An entry that was added at run time (`custom`) may have a category of its own, and neither
    docs_url, limits nor endpoints: its base_url is what is called then.
    """

    custom: bool = False


CATALOG = Rules()
CUSTOM = Rules(custom=True)


def read_entry(raw: object, rules: Rules, problems: list[Problem]) -> Provider | None:
    """The provider of an entry; None where anything is wrong, and `problems` then says what."""
    before = len(problems)
    fields = Fields(raw, "", problems)
    if len(problems) > before:
        return None
    auth = _auth(fields)
    provider = {
        "id": _id(fields),
        "name": fields.text("name", most=100),
        "category": _category(fields, rules),
        "base_url": fields.url("base_url", ("https", "http"), bare=True),
        "docs_url": _address(
            fields, "docs_url", ("https", "http"), default="" if rules.custom else None
        ),
        "limits": _limits(fields, rules),
        "update": fields.choice("update", get_args(Update), default="scheduled"),
        "auth": auth,
        "ws_url": _address(fields, "ws_url", ("wss", "ws"), default="") or None,
        "enabled": fields.flag("enabled", default=True),
        "endpoints": _endpoints(fields, rules),
        "health": _health(fields),
    }
    fields.refuse_others()
    if len(problems) > before:
        return None
    if rules.custom and not provider["endpoints"] and provider["health"] is None:
        provider["health"] = Call("")
    sources = headlines(provider["id"], provider["base_url"], provider["endpoints"])
    made = Provider(**provider, sources=sources)
    problems += _of_the_whole(made)
    return made if len(problems) == before else None


def entry_of(provider: Provider) -> dict[str, Any]:
    """The entry that `read_entry` makes this provider of; what is as by default is left out."""
    entry: dict[str, Any] = {
        "id": provider.id,
        "name": provider.name,
        "category": provider.category,
        "base_url": provider.base_url,
        "docs_url": provider.docs_url,
        "limits": [{"amount": one.amount, "seconds": one.seconds} for one in provider.limits],
        "update": provider.update,
        "enabled": provider.enabled,
        "endpoints": [_endpoint_of(one) for one in provider.endpoints],
    }
    if auth := provider.auth:
        more = {"name": auth.name, "prefix": auth.prefix}
        given = {name: value for name, value in more.items() if value}
        entry["auth"] = {"kind": auth.kind, **given, "required": auth.required}
    if provider.health:
        entry["health"] = _call_of(provider.health)
    if provider.ws_url:
        entry["ws_url"] = provider.ws_url
    return {name: value for name, value in entry.items() if value not in ("", [])}


def _id(fields: Fields) -> str:
    text = fields.text("id", most=_MOST)
    if text and not _ID.fullmatch(text):
        fields.refuse("id", f"{text!r} has more than lower case letters, digits and _, or is long")
    return text


def _category(fields: Fields, rules: Rules) -> str:
    if not rules.custom:
        return str(fields.choice("category", CATEGORIES))
    text = fields.text("category", most=100, default="custom").strip()
    known = re.sub(r"[\s-]+", "_", text.lower())
    return known if known in CATEGORIES else text


def _address(fields: Fields, name: str, schemes: tuple[str, ...], *, default: str | None) -> str:
    """An address that nobody calls with a key, and that everybody is shown."""
    url = fields.url(name, schemes, default=default)
    # Pages of a documentation may have parts that look random; addresses of nodes have keys there.
    random = name == "ws_url" and RANDOM_PART.search(url)
    if url and not fields.refused(name) and (random or key_in_query(url)):
        fields.refuse(name, IN_CLEAR)
    return url


def _limits(fields: Fields, rules: Rules) -> tuple[Limit, ...]:
    limits = []
    for one in fields.tables("limits"):
        limits.append(Limit(one.count("amount"), one.count("seconds")))
        if limits[-1].seconds > _LONGEST_WINDOW:
            one.refuse("seconds", f"are more than the {_LONGEST_WINDOW} of 31 days")
        one.refuse_others()
    windows = [limit.seconds for limit in limits]
    if len(set(windows)) < len(windows):
        fields.refuse("limits", "two have the same seconds")
    return tuple(limits) or (_POLITE if rules.custom else ())


def _auth(fields: Fields) -> Auth | None:
    found = fields.table("auth")
    if found is None:
        return None
    kind = found.choice("kind", _KINDS)
    name = found.text("name", most=100, default="")
    prefix = found.text("prefix", most=100, default="")
    required = found.flag("required", default=True)
    if kind in ("header", "query") and not name:
        found.refuse("name", f"is missing: which {kind} takes the key?")
    if kind == "header" and name and not _HEADER.fullmatch(name):
        found.refuse("name", f"{name!r} cannot be the name of a header")
    if kind == "header" and name.lower() in _TAKEN_HEADERS:
        found.refuse("name", f"{name!r} is a header that takes no key")
    if prefix and not _PREFIX.fullmatch(prefix):
        # Not the prefix itself: it may be a key.
        found.refuse("prefix", "must be a word and a blank, as in Bearer; send the key as `key`")
    found.refuse_others()
    return Auth(kind, name, prefix, required) if kind in _KINDS else None


def _endpoints(fields: Fields, rules: Rules) -> tuple[Endpoint, ...]:
    endpoints = []
    for one in fields.tables("endpoints"):
        endpoints.append(_endpoint(one))
        one.refuse_others()
    if not endpoints and not rules.custom and not fields.refused("endpoints"):
        fields.refuse("endpoints", "has none, and at least one is needed")
    return tuple(endpoints)


def _endpoint(fields: Fields) -> Endpoint:
    feed, call = fields.choice("feed", FEEDS), _call(fields)
    kind = fields.choice("format", FORMATS, default="")
    places = fields.texts("fields")
    if kind and feed != "news":
        fields.refuse("format", f"is only of news; {feed} is not read")
    if places and kind != "json":
        fields.refuse("fields", "stand with the format json alone")
    if kind == "json":
        for name in set(places) - set(articles.NAMES):
            fields.refuse(f"fields.{name}", f"is none of {', '.join(articles.NAMES)}")
        for name in set(articles.NEEDED) - set(places):
            fields.refuse("fields", f"name no {name}")
    return Endpoint(feed, call, kind, places)


def _endpoint_of(endpoint: Endpoint) -> dict[str, Any]:
    """An endpoint as it stands in an entry."""
    more = {"format": endpoint.format, "fields": dict(endpoint.fields)}
    given = {name: value for name, value in more.items() if value}
    return {"feed": endpoint.feed, **_call_of(endpoint.call), **given}


def _health(fields: Fields) -> Call | None:
    found = fields.table("health")
    if found is None:
        return None
    call = _call(found)
    found.refuse_others()
    return call


def _call(fields: Fields) -> Call:
    path = fields.text("path", most=2_000, empty=True)
    if path and not path.startswith("/"):
        fields.refuse("path", f"{path!r} does not begin with /")
    if re.search(r"[\s#]", path):
        fields.refuse("path", f"{path!r} has a space or #")
    if has_unfilled(path):
        fields.refuse("path", f"{path!r} has {{…}} that nobody has filled in")
    weight = fields.count("weight", default=1)
    params, body = fields.texts("params"), fields.json_text("body")
    for name, value in params.items():
        if carries_key(name, value):
            fields.refuse(f"params.{name}", IN_CLEAR)
    if body is not None and key_in_json(body):
        fields.refuse("body", IN_CLEAR)
    return Call(path, params, weight, body)


def _call_of(call: Call) -> dict[str, Any]:
    """A call as it stands in an entry."""
    entry: dict[str, Any] = {"path": call.path}
    if call.params:
        entry["params"] = dict(call.params)
    if call.weight != 1:
        entry["weight"] = call.weight
    if call.body is not None:
        entry["body"] = call.body.decode()
    return entry


def _of_the_whole(provider: Provider) -> Iterator[Problem]:
    """What is wrong with fields that are right one by one."""
    calls = {f"endpoints[{n}]": one.call for n, one in enumerate(provider.endpoints)}
    if provider.health:
        calls["health"] = provider.health
    paths = [provider.base_url, *(call.path for call in calls.values())]
    if provider.auth and provider.auth.kind == "path" and not any("{key}" in one for one in paths):
        yield Problem("auth", "kind is path, but neither base_url nor a path has {key}")
    most = min((limit.amount for limit in provider.limits), default=None)
    for at, call in calls.items():
        if most is not None and call.weight > most:
            yield Problem(f"{at}.weight", f"{call.weight} never fits the limit of {most}")
        try:
            httpx.URL(provider.base_url.rstrip("/") + call.path, params=dict(call.params))
        except (httpx.InvalidURL, ValueError):
            yield Problem(at, "cannot be sent: it makes no address")
