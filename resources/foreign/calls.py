"""Endpoints as others write them, as calls that can be sent whole."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from resources.foreign.loose import Loose, is_key, is_placeholder, with_place_for_key
from resources.providers.base import FEEDS

# The feed of an endpoint whose entry says only what category it is of.
_FEEDS = {
    "exchange": "prices", "market_data": "market", "derivatives": "derivatives", "defi": "defi",
    "nft": "nft", "news": "news", "social": "social", "sentiment": "sentiment",
    "onchain_analytics": "onchain", "block_explorer": "onchain", "rpc_node": "rpc",
    "whale_tracking": "whales", "hf_model": "sentiment",
}  # fmt: skip
_PATHS = ("path", "url", "endpoint", "route", "uri", "address")
_TEMPLATE = re.compile(r"[{<][A-Za-z_]\w*[}>]?|(?<=/):[A-Za-z_]\w*")


class Calls:
    """Reads the calls of one entry, whose keys it takes out of their paths and parameters.

    `key_names` gathers the parameters that were seen to carry a key, `keys` what they carried.
    """

    def __init__(
        self, base_url: str, category: str, placeholders: list[str], warn: Callable[[str], None]
    ) -> None:
        self._base_url = base_url
        self._feed = _FEEDS.get(category, "market")
        self._placeholders = placeholders
        self._warn = warn
        self.key_names: list[str] = []
        self.keys: list[str] = []

    def endpoints(self, value: Any) -> list[Any] | None:
        """A list of endpoints in the catalog's shape; None where there is none."""
        if value is None:
            return None
        read = []
        for name, one in _each(value):
            call = self.call(one, f"the endpoint {name}")
            if call is not None:
                feed = self._feed_of(one, name)
                made = (
                    {"feed": feed, **call, **_format_of(one, feed)}
                    if isinstance(call, dict)
                    else call
                )
                read.append(made)
        return read

    def call(self, value: Any, what: str) -> Any:
        """A call in the catalog's shape; None, with a warning, for one that cannot be sent."""
        if isinstance(value, str):
            value = {"path": value}
        if not isinstance(value, dict):
            return value
        fields = Loose(value)
        path = fields.take(*_PATHS)
        if path is None:
            path = ""
        if not isinstance(path, str):
            return {"path": path}
        params = fields.take("params", "query", "queryparams", "parameters")
        weight, method = fields.take("weight", "cost"), fields.take("method", "verb", "http")
        body = fields.take("body", "payload", "json", "data")
        if reason := self._not_callable(path, method, body):
            self._warn(f"{what} was left out: {reason}")
            return None
        call: dict[str, Any] = {}
        call["path"], query = self.split(path)
        call["params"] = self._without_keys({**query, **params}) if _is_table(params) else query
        if params is not None and not _is_table(params):
            call["params"] = query if isinstance(params, list | str) else params
        call["weight"] = weight
        call["body"] = body if body is None or isinstance(body, str) else json.dumps(body)
        return {name: one for name, one in call.items() if one not in (None, {})}

    def split(self, address: str) -> tuple[str, dict[str, str]]:
        """(path below the base, parameters without keys) of a path or whole address."""
        text = with_place_for_key(address.strip(), self._placeholders)
        if self._base_url and text.startswith(self._base_url.rstrip("/")):
            text = text[len(self._base_url.rstrip("/")) :]
        path, _, query = text.partition("?")
        path = path if not path or path.startswith("/") else f"/{path}"
        return path.partition("#")[0], self._without_keys(
            dict(parse_qsl(query[:5_000], keep_blank_values=True))
        )

    def _not_callable(self, path: str, method: Any, body: Any) -> str | None:
        verb = str(method or "GET").upper()
        if verb not in ("GET", "POST"):
            return f"its method is {verb[:20]}"
        if verb == "POST" and body is None:
            return "it is a POST without a body"
        text = with_place_for_key(path.strip(), self._placeholders)
        if _host(text) not in ("", _host(self._base_url)):
            return "it lies on another host"
        below = urlsplit(text).path if _host(text) else text
        if _TEMPLATE.search(below.replace("{key}", "")):
            return "its path has places that nobody has filled"
        return None

    def _without_keys(self, params: dict[Any, Any]) -> dict[str, Any]:
        kept = {}
        for name, value in params.items():
            if is_key(name, value):
                self.key_names.append(str(name))
                if value != "{key}" and not is_placeholder(str(value)):
                    self.keys.append(str(value))
            elif value is not None:
                number = isinstance(value, int | float) and not isinstance(value, bool)
                kept[str(name)] = str(value) if number else value
        return kept

    def _feed_of(self, endpoint: Any, name: str) -> str:
        given = endpoint.get("feed") if isinstance(endpoint, dict) else None
        if given is not None:
            return str(given)
        words = re.split(r"[\s_/-]+", name.lower())
        return next((feed for feed in FEEDS if feed in words), self._feed)


def _format_of(endpoint: Any, feed: str) -> dict[str, Any]:
    """How news are read, where the endpoint says so in our own words; others mean other things."""
    if feed != "news" or not isinstance(endpoint, dict):
        return {}
    if endpoint.get("format") in ("rss", "atom"):
        return {"format": "rss"}
    given = endpoint.get("format"), endpoint.get("fields")
    return (
        {"format": "json", "fields": given[1]} if given[0] == "json" and _is_table(given[1]) else {}
    )


def _each(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, str):
        yield "0", value
    elif isinstance(value, dict):
        yield from ((str(name), one) for name, one in value.items())
    elif isinstance(value, list):
        for number, one in enumerate(value):
            named = one.get("name") if isinstance(one, dict) else None
            yield str(named or number), one
    else:
        yield "0", value


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc if "://" in address else ""
    except ValueError:
        return "?"
