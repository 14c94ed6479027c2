"""How a delivery is signed, so that a receiver knows who has sent it, and when.

Headwater-Signature: t=1795348800,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd
"""

import hashlib
import hmac
import secrets

SIGNATURE = "Headwater-Signature"
EVENT = "Headwater-Event"
DELIVERY = "Headwater-Delivery"
_SECRET_BYTES = 32


def new_secret() -> str:
    """256 random bits, as text."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def new_id() -> str:
    return secrets.token_hex(16)


def signature(secret: str, body: bytes, at: int) -> str:
    """The value of the header; `at` is the time of sending, seconds since 1970."""
    signed = f"{at}.".encode() + body
    return f"t={at},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"
