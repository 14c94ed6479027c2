"""Where the entries of a document are: a list, a map by id, or lists by category."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from resources.providers.keys import squeezed

_DEEPEST = 5
_ADDRESSES = ("baseurl", "url", "apiurl", "apibase", "rpcurl", "endpointurl")
_MARKS = ("name", "id", "title", "category", "endpoints", "auth", "docsurl", "docs", *_ADDRESSES)
# Keys that hold lists of all categories, and keys that hold no entries at all.
_REGISTRIES = (
    "registry", "providers", "apis", "data", "sources", "items", "entries", "resources", "list",
    "services",
)  # fmt: skip
_ABOUT = ("metadata", "meta", "schema", "info", "version", "settings", "stats", "notes")


@dataclass(frozen=True, slots=True)
class Found:
    """An entry and where it stood; `id` is its key in a map, `category` that of its list."""

    raw: Any
    at: str
    id: str | None = None
    category: str | None = None


def entries_of(document: object) -> Iterator[Found]:
    """Every entry of a document; what cannot be one is among them, for its errors to be told."""
    yield from _walk(document, Found(document, "the file"), 0)


def _walk(node: Any, here: Found, depth: int) -> Iterator[Found]:
    if isinstance(node, list) and depth < _DEEPEST:
        for number, item in enumerate(node):
            at = f"{here.at}[{number}]"
            yield Found(item, at, None, here.category)
    elif isinstance(node, dict) and depth < _DEEPEST and not _is_entry(node):
        yield from _below(node, here, depth)
    elif depth or not isinstance(node, dict):
        yield here


def _below(node: dict[Any, Any], here: Found, depth: int) -> Iterator[Found]:
    parts = {
        str(name): part
        for name, part in node.items()
        if isinstance(part, dict | list) and squeezed(name) not in _ABOUT
    }
    if not parts and depth and not here.at.endswith(_REGISTRIES):
        yield here
    for name, part in parts.items():
        at = name if here.at == "the file" else f"{here.at}.{name}"
        if isinstance(part, dict) and (_is_entry(part) or _is_leaf(part)):
            if part or not is_registry(name):
                yield Found(part, at, name, here.category)
        else:
            category = here.category if is_registry(name) else name
            yield from _walk(part, Found(part, at, None, category), depth + 1)


def _is_entry(node: dict[Any, Any]) -> bool:
    """Whether a table has an address, or two of the fields that entries have."""
    names = {squeezed(name) for name, value in node.items() if not _is_list_of_tables(value)}
    return not names.isdisjoint(_ADDRESSES) or len(names.intersection(_MARKS)) > 1


def _is_leaf(node: dict[Any, Any]) -> bool:
    return not any(isinstance(part, dict | list) for part in node.values())


def _is_list_of_tables(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def is_registry(name: object) -> bool:
    """Whether a key of this name holds entries of any category."""
    return squeezed(name) in _REGISTRIES
