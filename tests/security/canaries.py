"""Secrets that can be told from everything else, and looked for in every form."""

import base64
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote


def planted(length: int = 40) -> str:
    """A secret whose letters no encoding of addresses changes; around them stand some that all do."""
    return f"p/{secrets.token_hex(length // 2)}+="


@dataclass
class Canaries:
    """Secrets by the slot that each was planted in."""

    by_slot: dict[str, str] = field(default_factory=dict)

    def plant(self, slot: str, secret: str | None = None) -> str:
        self.by_slot[slot] = secret or planted()
        return self.by_slot[slot]

    def found_in(self, places: Iterable[tuple[str, bytes]]) -> list[tuple[str, str, str]]:
        """(place, slot, form) of each secret that stands where it must not."""
        spelt = [
            (slot, form, text)
            for slot, secret in self.by_slot.items()
            for form, text in spellings(secret).items()
        ]
        return [
            (place, slot, form)
            for place, content in places
            for slot, form, text in spelt
            if text in content
        ]


def spellings(secret: str) -> Mapping[str, bytes]:
    """The forms in which a secret may stand somewhere; of base64 the middle, at each offset."""
    core = secret.removeprefix("p/").removesuffix("+=")
    content = secret.encode()
    forms = {
        "as it is": core.encode(),
        "in hexadecimal": content.hex().encode(),
        "quoted": quote(secret, safe="").encode(),
        "backwards": core[::-1].encode(),
    }
    for offset in range(3):
        text = base64.b64encode(b"x" * offset + content)
        forms[f"in base64 at {offset}"] = text[4:-4]
    return forms
