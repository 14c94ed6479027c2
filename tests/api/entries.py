"""A provider as clients send it, and lists of such."""

import json
from typing import Any

import httpx

KEY = "k3y-that-nobody-may-see"
ACME = {
    "id": "acme",
    "name": "Acme",
    "category": "My own",
    "base_url": "https://api.acme.example/v1",
    "auth": {"kind": "header", "name": "X-Acme", "key": KEY},
    "endpoints": [{"feed": "prices", "path": "/prices", "params": {"of": "btc"}}],
    "update_type": "periodic",
}
APIS = "/api/v2/config/apis"
IMPORT = "/api/v2/config/import"


def upload(client: httpx.Client, document: Any, **form: str) -> httpx.Response:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return client.post(IMPORT, files={"file": ("list.json", content)}, data=form)
