"""One entry as others write it, in the shape of the catalog."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from resources.foreign.auth import Taken, read_auth
from resources.foreign.calls import Calls
from resources.foreign.loose import Loose, is_placeholder, slug, with_place_for_key
from resources.foreign.rates import limits_of
from resources.foreign.shapes import Found
from resources.providers.base import CATEGORIES
from resources.providers.keys import RANDOM_PART, squeezed

_UPDATES = {
    "realtime": "realtime", "live": "realtime", "streaming": "realtime", "websocket": "realtime",
    "periodic": "periodic", "minutely": "periodic", "minute": "periodic", "1m": "periodic",
    "scheduled": "scheduled", "hourly": "scheduled", "hour": "scheduled", "1h": "scheduled",
    "daily": "daily", "day": "daily", "weekly": "daily", "1d": "daily",
}  # fmt: skip
_CATEGORIES = {
    "explorer": "block_explorer", "blockchain_explorer": "block_explorer", "rpc": "rpc_node",
    "market": "market_data", "markets": "market_data", "price": "market_data",
    "prices": "market_data", "cex": "exchange", "dex": "exchange", "futures": "derivatives",
    "huggingface": "hf_model", "hf": "hf_model", "whale": "whale_tracking",
    "onchain": "onchain_analytics", "on_chain": "onchain_analytics",
    "analytics": "onchain_analytics", "fear_greed": "sentiment",
}  # fmt: skip
_SURELY_A_KEY = 8


@dataclass(slots=True)
class Translated:
    """An entry in the catalog's shape, the key that stood in it, and what was lost on the way.

    `interval` (seconds) is of its schedule, of which the catalog's shape knows nothing.
    """

    entry: Any
    key: str | None = None
    warnings: list[str] = field(default_factory=list)
    interval: Any = None


def translated(found: Found) -> Translated:
    """Never raises: what cannot be an entry stays as it is, for `read_entry` to refuse."""
    if not isinstance(found.raw, dict):
        return Translated(found.raw)
    made = Translated({})
    fields = Loose(found.raw)
    address = fields.take("baseurl", "url", "apiurl", "apibase", "base", "rpcurl", "endpointurl")
    name = fields.take("name", "title", "label", "displayname")
    given = fields.take("id", "apiid", "providerid", "slug", "identifier") or found.id
    category = _category(fields.take("category", "group", "section") or found.category)
    made.entry = {
        "id": _id(given, name, address),
        "name": name or given or _host(address) or None,
        "category": category,
        "docs_url": fields.take("docsurl", "docs", "documentation", "documentationurl", "docurl",
                                "doc", "homepage", "website"),
        "update": _update(fields.take("update", "updatetype", "frequency", "updatefrequency")),
        "ws_url": _ws_url(fields.take("wsurl", "websocketurl", "websocket", "ws", "wss"), made),
        "enabled": fields.take("enabled", "active", "isactive"),
        "limits": _limits(fields, made),
    }  # fmt: skip
    made.interval = fields.take("interval")
    needed = fields.take("requiresauth", "requireskey", "authrequired", "needskey",
                         "apikeyrequired", "requiresapikey", "keyrequired")  # fmt: skip
    taken = read_auth(fields.take("auth", "authentication", "authtype"), needed)
    taken.keys += fields.keys()
    _address_and_calls(made, address, category, taken, fields)
    made.warnings += [f"the field {name} was left out" for name in fields.left()]
    made.entry = {name: value for name, value in made.entry.items() if value is not None}
    return made


def _address_and_calls(
    made: Translated, address: Any, category: Any, taken: Taken, fields: Loose
) -> None:
    """Put in what is called and how it takes its key, which stands nowhere in it then."""
    keys = [key for key in taken.keys if not is_placeholder(key)]
    places = [key for key in keys if len(key) >= _SURELY_A_KEY]
    if taken.placeholder:
        places.append("{" + taken.placeholder + "}")
    base, random = _base(address, places)
    calls = Calls(base, str(category), places, made.warnings.append)
    _, query = calls.split(base.partition("?")[1] + base.partition("?")[2])
    made.entry["base_url"] = base.partition("?")[0].partition("#")[0] if base else address
    health = fields.take("health", "healthcheck", "healthendpoint", "testendpoint", "ping")
    made.entry["endpoints"] = calls.endpoints(fields.take("endpoints", "paths", "routes"))
    if health is not None:
        made.entry["health"] = calls.call(health, "the health check")
    _add_query(made.entry, query)
    keys += [key for key in (*random, *calls.keys) if not is_placeholder(key)]
    made.key = keys[0] if keys else None
    made.entry["auth"] = _auth(made, taken, calls.key_names, bool(keys))


def _auth(made: Translated, taken: Taken, key_names: list[str], keyed: bool) -> Any:
    entry = made.entry
    paths = [entry["base_url"], *_paths(entry)]
    if not isinstance(taken.auth, dict) or taken.guessed:
        if any("{key}" in path for path in paths if isinstance(path, str)):
            return {"kind": "path", "required": True}
        if key_names:
            return {"kind": "query", "name": key_names[0], "required": True}
    if taken.auth is None and keyed:
        made.warnings.append("nothing says how the key is sent: taken to be the parameter apikey")
        return {"kind": "query", "name": "apikey", "required": True}
    if taken.guessed and isinstance(taken.auth, dict):
        kind, name = taken.auth.get("kind"), taken.auth.get("name")
        made.warnings.append(f"nothing says what takes the key: taken to be the {kind} {name}")
    return taken.auth


def _paths(entry: dict[str, Any]) -> list[Any]:
    endpoints = entry.get("endpoints")
    calls = [*(endpoints if isinstance(endpoints, list) else []), entry.get("health")]
    return [call.get("path") for call in calls if isinstance(call, dict)]


def _add_query(entry: dict[str, Any], query: dict[str, Any]) -> None:
    """What stood in the address's query belongs to every call."""
    if not query:
        return
    if not entry.get("endpoints") and entry.get("health") is None:
        entry["health"] = {"path": ""}
    endpoints = entry.get("endpoints") or []
    for call in [*endpoints, entry.get("health")]:
        if isinstance(call, dict) and isinstance(call.get("params", {}), dict):
            call["params"] = {**query, **call.get("params", {})}


def _base(address: Any, places: list[str]) -> tuple[str, list[str]]:
    """The address with {key} for keys, and what looked like one; empty where it is no text."""
    if not isinstance(address, str):
        return "", []
    text = with_place_for_key(address.strip(), places)
    head, mark, path = text.partition("://")
    path, question, query = path.partition("?")
    found = RANDOM_PART.findall(path)
    return head + mark + RANDOM_PART.sub("{key}", path) + question + query, found


def _id(given: Any, name: Any, address: Any) -> Any:
    for one in (given, name, _host(address)):
        if one is not None and not isinstance(one, str | int):
            return one
        if made := slug(one or ""):
            return made
    return None


def _host(address: Any) -> str:
    try:
        return urlsplit(address).hostname or "" if isinstance(address, str) else ""
    except ValueError:
        return ""


def _category(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    text = re.sub(r"[\s-]+", "_", given.strip().lower())
    for ending in ("", "_apis", "_api", "_nodes", "_resources", "_models", "_endpoints", "s"):
        word = text.removesuffix(ending) if ending else text
        word = _CATEGORIES.get(word, _CATEGORIES.get(word.removesuffix("s"), word))
        if word in CATEGORIES:
            return word
    return given


def _update(given: Any) -> Any:
    return _UPDATES.get(squeezed(given), given) if isinstance(given, str) else given


def _ws_url(given: Any, made: Translated) -> Any:
    if given is None or isinstance(given, str):
        return given
    made.warnings.append("its WebSocket was left out: it is no address")
    return None


def _limits(fields: Loose, made: Translated) -> list[Any] | None:
    given = fields.take("limits", "ratelimit", "ratelimits", "limit")
    if given is None:
        return None
    read = limits_of(given)
    if read is None:
        made.warnings.append("its limit cannot be read: 60 calls a minute are kept to")
    return read
