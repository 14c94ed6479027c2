"""Fields of an entry under whatever names and spellings others give them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from resources.providers.keys import carries_key, names_key, squeezed

# What stands in lists where a reader is to put a key of their own.
_PLACEHOLDER = re.compile(
    r"\$?\{(?:your_?)?(?:(?:api_?|access_?)?(?:key|token|secret)|(?:project_?|app_?)id)\}"
    r"|<(?:your[ _-]?)?(?:(?:api[ _-]?)?(?:key|token)|project[ _-]?id)>"
    r"|\byour[_-](?:\w{1,20}[_-])?(?:key|token|id)\b",
    re.IGNORECASE,
)


def slug(text: object) -> str:
    """An id made of a text, empty where there is nothing to make it of."""
    return re.sub(r"[^a-z0-9]+", "_", str(text)[:200].lower()).strip("_")[:64]


def is_key(name: object, value: object) -> bool:
    """Whether a parameter carries a key, or stands where one does."""
    text = str(value)
    return text == "{key}" or carries_key(name, text) or (names_key(name) and is_placeholder(text))


def is_placeholder(text: str) -> bool:
    """Whether a text stands for a key, and is none."""
    return not text.strip("*•x. ") or _PLACEHOLDER.fullmatch(text.strip()) is not None


def with_place_for_key(text: str, also: Iterable[str] = ()) -> str:
    """`{key}` where a key, one of the placeholders for it, or one of `also` stands."""
    for one in also:
        text = text.replace(one, "{key}")
    return _PLACEHOLDER.sub("{key}", text)


class Loose:
    """What is taken by one of its names is gone; empty values count as not there."""

    def __init__(self, raw: dict[Any, Any]) -> None:
        self._left = {str(name): value for name, value in raw.items() if value not in (None, "")}

    def take(self, *names: str) -> Any:
        """The value under the first of some squeezed names that is there, else None."""
        for wanted in names:
            for name in self._left:
                if squeezed(name) == wanted:
                    return self._left.pop(name)
        return None

    def keys(self) -> Iterator[str]:
        """Take out all that holds a key; its texts."""
        for name in [name for name in self._left if names_key(name)]:
            value = self._left.pop(name)
            yield from (str(one) for one in (value if isinstance(value, list) else [value]))

    def left(self) -> list[str]:
        return sorted(self._left)
