"""What is stored encrypted, so that a copy of the ledger alone tells no secret.

All secrets of the service come of one text: HEADWATER_SECRET_KEY, else the file that is made
beside the ledger.
"""

import base64
import hashlib
import os
import secrets
from pathlib import Path

import sqlalchemy as sa

from resources.errors import KeyUnreadable, StartRefused
from resources.ledger.database import Ledger
from resources.settings import Settings, load_settings

_FILE = "secret.key"
_BYTES = 32


class Seal:
    """Encrypts with HEADWATER_SECRET_KEY, else with a key that it makes beside the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._url = ledger.url

    def close(self, text: str) -> str:
        """The text encrypted and signed (Fernet), as ASCII."""
        # A tenth of a second that only those who store keys need to spend.
        from cryptography.fernet import Fernet  # noqa: PLC0415

        return Fernet(self._key(make=True)).encrypt(text.encode()).decode()

    def open(self, sealed: str, provider_id: str) -> str:
        """What was closed. Raises KeyUnreadable, which names the provider, with another key."""
        from cryptography.fernet import Fernet, InvalidToken  # noqa: PLC0415 (as above)

        try:
            return Fernet(self._key(make=False)).decrypt(sealed).decode()
        except (InvalidToken, OSError) as error:
            raise KeyUnreadable(provider_id) from error

    def _key(self, *, make: bool) -> bytes:
        text = _text(load_settings(), self._url, make=make)
        return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())


def derived(settings: Settings, url: str, purpose: str) -> bytes:
    """32 bytes for one purpose (HKDF-SHA256), the same at each start; `url` is the ledger's.

    Raises StartRefused where what they are derived from cannot be read or is too short.
    """
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 (as above)
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    try:
        text = _text(settings, url, make=True).encode()
    except (OSError, UnicodeDecodeError) as error:
        raise StartRefused(f"{_FILE} beside the ledger cannot be read or made: {error}") from error
    if len(text) < _BYTES:
        raise StartRefused(f"{_FILE} beside the ledger has less than {_BYTES} bytes: put it back")
    return HKDF(SHA256(), _BYTES, salt=None, info=f"headwater {purpose}".encode()).derive(text)


def _text(settings: Settings, url: str, *, make: bool) -> str:
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    return _from_file(_folder(url) or settings.home_dir, make)


def _folder(url: str) -> Path | None:
    """Where the ledger lies: the home folder, unless a setting moved it."""
    parsed = sa.make_url(url)
    sqlite = parsed.get_backend_name() == "sqlite" and parsed.database
    return Path(parsed.database or "").parent if sqlite else None


def _from_file(folder: Path, make: bool) -> str:
    path = folder / _FILE
    if make and not path.exists():
        draft = folder / f"{_FILE}.{secrets.token_hex(8)}"
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            # Of several processes that make one at once, the first one's stays.
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
