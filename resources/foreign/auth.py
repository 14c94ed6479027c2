"""How a provider takes its key, as others write it: apiKeyQuery, bearer, {"in": "header"}."""

from dataclasses import dataclass, field
from typing import Any

from resources.foreign.loose import Loose
from resources.providers.keys import squeezed

_NONE = ("none", "no", "public", "free", "noauth", "open", "false", "notrequired")
_NAMES = (
    "name", "paramname", "param", "parameter", "parametername", "header", "headername",
    "headerkey", "queryparam", "queryname", "field", "keyname",
)  # fmt: skip
_DEFAULTS = {"header": "X-API-Key", "query": "apikey"}


@dataclass(slots=True)
class Taken:
    """The auth of an entry in the catalog's shape, and what else its table told."""

    auth: Any = None
    keys: list[str] = field(default_factory=list)
    placeholder: str | None = None
    guessed: bool = False


def read_auth(value: Any, needed: object) -> Taken:
    """`needed` is what another field says of whether a key is needed, None where none does."""
    if isinstance(value, bool):
        value = "apikey" if value else None
    if isinstance(value, str):
        value = {"type": value}
    if value is None or value == {}:
        return Taken(_table("query", ""), guessed=True) if needed is True else Taken()
    if not isinstance(value, dict):
        return Taken(value)
    fields = Loose(value)
    # Of a header, "Authorization: ApiKey …", the name is a word of ours; what holds keys is not.
    name = fields.take(*_NAMES)
    prefix = fields.take("prefix", "valueprefix")
    keys = [*fields.keys(), *(str(v) for v in [fields.take("value")] if v is not None)]
    where = squeezed(fields.take("in", "location") or "")
    said = fields.take("kind", "type", "scheme", "method")
    required = fields.take("required")
    text = squeezed(said or "")
    if text in _NONE or (not text and not where and name is None and not keys):
        return Taken(None, keys)
    kind, prefix = _kind(f"{where}{text}", name, prefix)
    table = _table(kind or said, name, prefix)
    optional = "optional" in text or needed is False
    table["required"] = required if required is not None else not optional
    if kind == "path":
        return Taken({"kind": "path", "required": table["required"]}, keys, _text(name))
    return Taken(table, keys, guessed=kind is not None and name is None and not prefix)


def _kind(text: str, name: object, prefix: Any) -> tuple[str | None, Any]:
    """One of our kinds, None for another, and the prefix that goes with it."""
    if any(word in text for word in ("bearer", "oauth", "jwt")) or text in ("token", "header"):
        bearer = "Bearer " if text != "header" and prefix is None else prefix
        return "header", bearer
    for kind in ("header", "query", "path"):
        if kind in text:
            return kind, prefix
    if "param" in text or "url" in text:
        return "query", prefix
    if "key" in text or not text:
        return ("header" if "-" in str(name or "") else "query"), prefix
    return None, prefix


def _table(kind: Any, name: Any, prefix: Any = None) -> dict[str, Any]:
    default = "Authorization" if prefix else _DEFAULTS.get(kind, "")
    table = {"kind": kind, "name": name or default, "required": True}
    return {**table, "prefix": prefix} if prefix else table


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
