"""Tokens (JWT): what an API key is exchanged for, so that the key itself need not travel."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import jwt

from resources.ledger import Ledger
from resources.ledger.keys import ApiKey
from resources.ledger.sealing import derived
from resources.settings import Settings

_ALGORITHM = "HS256"
_ISSUER = "headwater"
_AUDIENCE = "headwater-api"
# Ours have some 330 bytes.
_MOST_BYTES = 1024
# So many are remembered, which are checked at a twentieth of the cost.
REMEMBERED = 4096
_OPTIONS: Any = {"require": ["exp", "iat", "iss", "aud", "sub", "jti"]}


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: whose it is, the scopes that it is meant for, and when it runs out, in s
    since 1970."""

    key_id: str
    scopes: tuple[str, ...]
    ends: int

    def narrow(self, key: ApiKey) -> ApiKey:
        """The key as the token may use it: no scope beyond those that the key holds now."""
        return replace(key, scopes=tuple(scope for scope in self.scopes if key.allows(scope)))


class Tokens:
    """Makes and reads tokens of one service. `signing_key` has 32 bytes."""

    def __init__(self, signing_key: bytes, minutes: int) -> None:
        self._key = signing_key
        self._seconds = minutes * 60
        # One for all: each would build its table of algorithms anew.
        self._jwt = jwt.PyJWT()
        self._known: dict[str, Claims] = {}

    def make(self, key: ApiKey, scopes: Sequence[str]) -> tuple[str, int]:
        """(token, seconds that it holds): never longer than its key."""
        now = int(time.time())
        ends = now + self._seconds
        if key.expires_at is not None:
            ends = min(ends, key.expires_at // 1000)
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": key.id,
            "scopes": list(scopes),
            "iat": now,
            "exp": ends,
            "jti": secrets.token_hex(16),
        }
        return self._jwt.encode(claims, self._key, _ALGORITHM), ends - now

    def read(self, token: str) -> Claims | None:
        """What a token says that this service has signed and that has not expired, else None."""
        if len(token) > _MOST_BYTES:
            return None
        found = self._known.get(token)
        if found is not None and time.time() < found.ends:
            return found
        return self._verified(token)

    def _verified(self, token: str) -> Claims | None:
        try:
            claims = self._jwt.decode(
                token,
                self._key,
                [_ALGORITHM],
                _OPTIONS,
                audience=_AUDIENCE,
                issuer=_ISSUER,
            )
        except (jwt.PyJWTError, RecursionError):
            return None
        scopes = claims.get("scopes")
        if not isinstance(scopes, list) or not all(isinstance(one, str) for one in scopes):
            return None
        found = Claims(claims["sub"], tuple(scopes), claims["exp"])
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[token] = found
        return found


def tokens_of(settings: Settings, ledger: Ledger) -> Tokens:
    """Raises StartRefused where the secret that signs them cannot be had."""
    return Tokens(derived(settings, ledger.url, "tokens"), settings.token_minutes)
