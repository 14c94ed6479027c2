"""What looks like a caller's key where none may stand: entries are shown, and kept in clear."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

IN_CLEAR = "carries a key, which everybody would see: send the key as `key`"
_NAMES = frozenset({
    "key", "keys", "apikeys", "token", "bearer", "privatekey",
})  # fmt: skip
_ENDINGS = (
    "apikey", "apitoken", "apisecret", "accesstoken", "accesskey", "authtoken", "secret",
    "secretkey", "password",
)  # fmt: skip
# Of a call alone: in a table of fields they say something else.
_OF_CALLS = frozenset({
    "auth", "authorization", "authkey", "appid", "appkey", "credentials", "passphrase", "passwd",
    "pwd", "sessiontoken", "refreshtoken", "subscriptionkey", "consumerkey", "accesskeyid",
})  # fmt: skip
_AMBIGUOUS = frozenset({"key", "keys", "token"})
# A coin, a list of a few, or an address on a chain: what a parameter named token may well ask for.
_PUBLIC = re.compile(r"\w{1,8}(?:[,:]\w{1,8})*|0x[0-9a-fA-F]{40}", re.ASCII)
# A part of a path that only a key looks like; addresses on a chain begin with 0x.
RANDOM_PART = re.compile(
    r"(?<=/)(?!0x)(?=(?:[A-Za-z_]*\d){3})(?=\d*[A-Za-z])\w{28,}(?=/|$)", re.ASCII
)


def squeezed(name: object) -> str:
    """baseUrl, base_url and Base URL are one."""
    return re.sub(r"[\s_-]+", "", str(name)[:100]).lower()


def names_key(name: object) -> bool:
    """Whether a field of this name holds a key."""
    text = squeezed(name)
    return text in _NAMES or text.endswith(_ENDINGS)


def carries_key(name: object, value: object) -> bool:
    """Whether a parameter of a call holds a key, and not merely its place or a coin."""
    text, squeezed_name = str(value), squeezed(name)
    if text in ("", "{key}") or not (names_key(name) or squeezed_name in _OF_CALLS):
        return False
    return squeezed_name not in _AMBIGUOUS or not _PUBLIC.fullmatch(text)


def key_in_query(address: str) -> bool:
    """Whether an address that can be read carries a key, in its query or fragment."""
    parts = urlsplit(address)
    query = parse_qsl(parts.query) + parse_qsl(parts.fragment)
    return any(carries_key(*pair) for pair in query)


def key_in_json(text: bytes) -> bool:
    """Whether any field of a JSON document carries a key."""
    left: list[Any] = [json.loads(text)]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            if any(carries_key(name, value) for name, value in node.items() if _is_plain(value)):
                return True
            left += node.values()
        elif isinstance(node, list):
            left += node
    return False


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)
