"""What is stored encrypted, so that a copy of the ledger alone tells no secret."""

import base64
import hashlib
import os
import secrets
from pathlib import Path

import sqlalchemy as sa

from resources.errors import KeyUnreadable
from resources.ledger.database import Ledger
from resources.settings import load_settings

_FILE = "secret.key"


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
        settings = load_settings()
        if settings.secret_key is not None:
            text = settings.secret_key.get_secret_value()
        else:
            text = _from_file(_folder(self._url) or settings.home_dir, make)
        return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())


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
