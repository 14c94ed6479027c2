"""What must never be read in a log: keys, tokens, passwords."""

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "***"
# What is shorter may be a word of any text.
_SURELY_A_SECRET = 8

_KEY = r"\bhw_[\w-]{8,}"
# Looked for from the beginning of a run alone: from each eyJ in it, it would take minutes.
_JWT = r"(?<![\w-])(?=[\w-]*\beyJ)[\w-]+\.[\w-]+\.[\w-]*"
_BEARER = r"\b(?:[Bb]earer|[Bb]asic)\s+[\w.~+/=-]{8,}"
_USERINFO = r"(?<=://)[^/\s@\"']{1,300}(?=@)"
# name=value, name: value and "name": "value"; a bare key= only in a query, where it is one.
_NAME = r"(?:api[_-]?key|token|secret|passwd|password|authorization|headwater_key_\w{1,64}|(?<=[?&])key)"
_NAMED = rf"({_NAME}[\"']?\s?[=:]\s?[\"']?)(?:(?:bearer|basic|token)\s)?[^\s&\"',;)]+"
_PATTERN = re.compile(rf"{_KEY}|{_JWT}|{_BEARER}|{_USERINFO}|(?i:{_NAMED})")
# One of these is in all that the pattern finds: most texts need no more than this look.
_HINT = re.compile(r"[=:@]|hw_|eyJ|earer|asic").search


class Redaction:
    """Puts *** in place of what looks like a secret, and of `secrets` wherever they stand."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spelt = {
            spelling
            for secret in secrets
            if len(secret) >= _SURELY_A_SECRET
            for spelling in (secret, quote(secret, safe=""), quote_plus(secret))
        }
        longest_first = sorted(spelt, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if spelt else None

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(MASK, text)
        return _PATTERN.sub(_masked, text) if _HINT(text) else text


def _masked(found: re.Match[str]) -> str:
    return f"{found[1] or ''}{MASK}"


redacted = Redaction()
