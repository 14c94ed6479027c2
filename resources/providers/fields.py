"""Fields of an entry, read one by one: each that is wrong is noted, and reading goes on."""

import difflib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

_MOST_ITEMS = 100
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field of an entry, by its path: endpoints[0].feed."""

    field: str
    reason: str


class Fields:
    """One table: what is asked for is taken out of it; the rest is unknown.

    A field without a default must be there. What is wrong comes back as the default or an
    empty value, with a Problem in `problems`.
    """

    def __init__(self, raw: object, at: str, problems: list[Problem]) -> None:
        self._at = at
        self._problems = problems
        self._known: list[str] = []
        self._left: dict[str, Any] = {}
        if isinstance(raw, dict):
            self._left = {str(name): value for name, value in raw.items()}
        else:
            self._note(at, f"must be a table of fields, not {_kind(raw)}")

    def refuse(self, name: str, reason: str) -> None:
        self._note(self._path(name), reason)

    def refused(self, name: str) -> bool:
        """Whether anything is wrong with a field already."""
        return any(problem.field.startswith(self._path(name)) for problem in self._problems)

    def refuse_others(self) -> None:
        """Note each field that nobody has asked for."""
        for name in self._left:
            self.refuse(name, f"is no field{hint(name, self._known)}")

    def text(self, name: str, *, most: int, default: str | None = None, empty: bool = False) -> str:
        """A printable text of at most `most` characters; `empty` allows one of none."""
        value = self._take(name)
        if value is _MISSING or (value in (None, "") and default is not None):
            return str(self._or_missing(name, default))
        if not isinstance(value, str):
            self.refuse(name, f"must be text, not {_kind(value)}")
        elif not value.strip() and not empty:
            self.refuse(name, "is empty")
        elif len(value) > most:
            self.refuse(name, f"is longer than {most} characters")
        elif not value.isprintable():
            self.refuse(name, "has characters that cannot be printed")
        else:
            return value
        return ""

    def choice(self, name: str, allowed: Collection[str], *, default: str | None = None) -> Any:
        """One of the words of `allowed`."""
        value = self.text(name, most=100, default=default)
        if value and value not in allowed:
            self.refuse(name, f"{value!r} is none of {', '.join(allowed)}{hint(value, allowed)}")
        return value

    def url(
        self, name: str, schemes: Collection[str], *, bare: bool = False, default: str | None = None
    ) -> str:
        """An address with one of the schemes; `bare` ones have no query, which paths add."""
        value = self.text(name, most=2_000, default=default)
        if value and (reason := _url_fault(value, schemes, bare)):
            # Not the address itself: it may carry a key.
            self.refuse(name, reason)
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._take(name)
        if value is _MISSING:
            return default
        if not isinstance(value, bool):
            self.refuse(name, f"must be true or false, not {_kind(value)}")
        return bool(value)

    def count(self, name: str, *, default: int | None = None) -> int:
        """A whole number above 0."""
        value = self._take(name)
        if value is _MISSING:
            return int(self._or_missing(name, default) or 1)
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(name, f"must be a whole number, not {_kind(value)}")
        elif not 0 < value < 2**31:
            self.refuse(name, f"{value} is not above 0" if value <= 0 else f"{value} is too large")
        else:
            return value
        return 1

    def texts(self, name: str) -> dict[str, str]:
        """A table of texts, empty where there is none."""
        value = self._take(name)
        if value is _MISSING:
            return {}
        if not isinstance(value, dict) or len(value) > _MOST_ITEMS:
            self.refuse(name, f"must be a table of at most {_MOST_ITEMS} texts")
            return {}
        fields = Fields(value, self._path(name), self._problems)
        return {str(key): fields.text(str(key), most=10_000, empty=True) for key in value}

    def json_text(self, name: str) -> bytes | None:
        """JSON as text, None where there is none."""
        value = self._take(name)
        if value is _MISSING:
            return None
        try:
            json.loads(value)
            return str(value).encode()
        except (TypeError, ValueError, RecursionError) as error:
            self.refuse(name, f"must be JSON, as text: {error}")
        return None

    def table(self, name: str) -> "Fields | None":
        """The fields of a table, None where there is none."""
        value = self._take(name)
        return None if value is _MISSING else self._below(value, self._path(name))

    def tables(self, name: str) -> "Iterator[Fields]":
        """The fields of each table of a list."""
        value = self._take(name)
        if value is _MISSING:
            return
        if not isinstance(value, list) or len(value) > _MOST_ITEMS:
            self.refuse(name, f"must be a list of at most {_MOST_ITEMS} tables")
            return
        for number, item in enumerate(value):
            if fields := self._below(item, f"{self._path(name)}[{number}]"):
                yield fields

    def _below(self, value: object, at: str) -> "Fields | None":
        fields = Fields(value, at, self._problems)
        return fields if isinstance(value, dict) else None

    def _take(self, name: str) -> Any:
        self._known.append(name)
        return self._left.pop(name, _MISSING)

    def _or_missing(self, name: str, default: Any) -> Any:
        if default is None:
            self.refuse(name, "is missing")
            return ""
        return default

    def _path(self, name: str) -> str:
        return f"{self._at}.{name}" if self._at else name

    def _note(self, field: str, reason: str) -> None:
        self._problems.append(Problem(field, reason))


def hint(name: str, known: Collection[str]) -> str:
    """What was probably meant, as the end of a sentence."""
    near = difflib.get_close_matches(name[:64], known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def has_unfilled(text: str) -> bool:
    """Whether a text has a place for anything but the caller's key."""
    return "{" in text.replace("{key}", "")


def _kind(value: object) -> str:
    names = {
        dict: "a table", list: "a list", str: "text", bool: "true or false", type(None): "nothing",
    }  # fmt: skip
    return names.get(type(value), "a number")


def _url_fault(text: str, schemes: Collection[str], bare: bool) -> str | None:
    """What is wrong with an address, as the end of a sentence."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
        httpx.URL(text)
    except (ValueError, httpx.InvalidURL):
        return "is no address"
    # What is behind a faulty scheme or host means nothing: the first fault is told.
    beginnings = " or ".join(f"{scheme}://" for scheme in schemes)
    odd = not host or any(character.isspace() for character in text) or "\\" in text
    query = parts.query or parts.fragment or text.endswith(("?", "#"))
    faults = {
        f"does not begin with {beginnings}": parts.scheme not in schemes,
        "is no address of a host": odd,
        "has {…} that nobody has filled in": has_unfilled(text) or "{" in host,
        "has a user or password, which addresses may not carry": "@" in parts.netloc,
        "has a query, which belongs to the endpoints": bare and query,
    }
    return next((fault for fault, found in faults.items() if found), None)
