"""A platform that was started with secrets in every slot, and has used them."""

import asyncio
import contextlib
import functools
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import websockets

from tests.pipelines.demo import Demo
from tests.security.canaries import Canaries

# Built-in providers that take a key by header, query and path, and what befalls each.
KEYED = {
    "coinmarketcap": "status_5xx",
    "etherscan": "reset",
    "infura": "truncated",
}
NAME = "Tell-tale of canaries"
OWN: dict[str, dict[str, Any]] = {
    "own_header": {"auth": {"kind": "header", "name": "X-Own", "prefix": "Bearer "}},
    "own_query": {"auth": {"kind": "query", "name": "apikey"}},
    "own_path": {"auth": {"kind": "path"}, "path": "/v3/{key}/prices"},
}
SOCKETS = ("/ws", "/api/v2/ws", "/ws/live")


@dataclass
class Planted:
    """A platform that holds secrets and has used them."""

    demo: Demo
    canaries: Canaries
    key: str = ""
    heard: list[tuple[str, bytes]] = field(default_factory=list)

    def client(self, key: str | None = None) -> httpx.Client:
        headers = {"X-API-Key": key or self.key}
        url = f"http://127.0.0.1:{self.demo.port}"
        return httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False)


@contextmanager
def planted_platform(home: Path) -> Iterator[Planted]:
    canaries = Canaries()
    settings = {
        "HEADWATER_SECRET_KEY": canaries.plant("the secret key"),
        "HEADWATER_HUGGINGFACE_TOKEN": canaries.plant("the token of the hub"),
        "HEADWATER_LOG_LEVEL": "debug",
        **{f"HEADWATER_KEY_{name.upper()}": canaries.plant(f"the key of {name}") for name in KEYED},
    }
    demo = Demo(home, **settings)
    try:
        demo.start()
        planted = Planted(demo, canaries, demo.key)
        for slot in (_keys, _providers, _strays, _runs):
            slot(planted)
        asyncio.run(_listen(planted))
        yield planted
    finally:
        demo.stop()
        demo.close()


def _keys(planted: Planted) -> None:
    """Keys, tokens, a rotated key, links and sessions, each used."""
    plant = planted.canaries.plant
    plant("the key of the demo", planted.demo.key)
    with planted.client() as admin:
        wanted = {"name": "canary", "scopes": ["admin"], "tier": "admin"}
        made = admin.post("/api/auth/keys", json=wanted).json()
        plant("a key", made["api_key"])
        secret = planted.canaries.by_slot["a key"]
        turned = admin.post(
            f"/api/auth/keys/{made['key_id']}/rotate", json={"overlap_seconds": 3600}
        ).json()
        plant("a rotated key", turned["api_key"])
        token = admin.post("/api/auth/token", json={"api_key": secret}).json()["access_token"]
        plant("a token", token)
        plant("the signature of a token", token.rpartition(".")[2])
    command = [sys.executable, "-m", "pipelines.cli", "sign-in"]
    environment = {**os.environ, **planted.demo.settings}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    link = plant("a link", said.stdout.strip().partition("?token=")[2])
    own = f"http://127.0.0.1:{planted.demo.port}"
    with planted.client() as browser:
        del browser.headers["X-API-Key"]
        browser.get("/sign-in", params={"token": link})
        answer = browser.post("/sign-in", data={"token": link}, headers={"Origin": own})
        plant("a session", answer.cookies["headwater_session"])
        assert browser.get("/api/auth/me").json()["scopes"] == ["admin"]
        shown = {"api_key": planted.canaries.by_slot["a rotated key"]}
        assert browser.get("/api/admin/system/info", params=shown).status_code == 200


def _providers(planted: Planted) -> None:
    """Keys of providers that users add, good ones and those that stand where none may."""
    plant = planted.canaries.plant
    with planted.client() as admin:
        for name, form in OWN.items():
            path = form.get("path", "/prices")
            auth = {**form["auth"], "key": plant(f"the key of {name}")}
            entry = {"id": name, "name": f"{NAME} {name}", "category": "My own", "auth": auth}
            address = {"base_url": f"https://{name.replace('_', '-')}.example"}
            calls = {"endpoints": [{"feed": "prices", "path": path}], "update_type": "periodic"}
            answer = admin.post("/api/v2/config/apis", json={**entry, **address, **calls})
            assert answer.status_code == 201, answer.text
        bare = {"id": "bare", "name": "Bare", "category": "My own"}
        secret = plant("a password in an address")
        for url in (f"https://me:{secret}@a.example", f"https://a.example/?api_key={secret}"):
            admin.post("/api/v2/config/apis", json={**bare, "base_url": url})
            admin.post("/api/v2/config/import", json=[{**bare, "base_url": url}])
        planted.heard += [
            ("a refusal", admin.post("/api/v2/config/apis", json={**bare, "base_url": url}).content)
        ]


def _strays(planted: Planted) -> None:
    """Secrets where people send them by mistake."""
    plant = planted.canaries.plant
    stray = plant("a stray secret", f"hw_{secrets.token_hex(22)}")
    with planted.client("hw_wrong") as nobody:
        asked = [
            nobody.get("/api/prices", headers={"X-API-Key": stray}),
            nobody.get("/api/prices", headers={"Authorization": f"Bearer {stray}"}),
            nobody.get("/api/prices", params={"api_key": stray, "token": stray}),
            nobody.get("/api/admin/system/info", params={"api_key": stray}),
            nobody.get("/sign-in", params={"token": stray}),
            nobody.post("/api/auth/token", json={"api_key": stray}),
            nobody.post("/api/pools", headers={"Cookie": f"headwater_session={stray}"}),
        ]
    with planted.client() as admin:
        asked += [
            admin.delete("/api/auth/keys/x", headers={"Authorization": f"Basic {stray}"}),
            admin.get("/api/prices", headers={"Cookie": f"headwater_session={stray}"}),
        ]
        # What is asked for may be named in the answer to it, and nowhere else.
        admin.delete(f"/api/auth/keys/{stray}")
        admin.put(f"/api/watchlist?api_key={stray}&token={stray}", json={"symbols": []})
        admin.get(f"/api/providers/{stray}")
    planted.heard += [(f"the answer to {one.url.path}", one.content) for one in asked]
    planted.heard += [(f"the head of {one.url.path}", str(one.headers).encode()) for one in asked]


def _runs(planted: Planted) -> None:
    """Runs that call the providers, some of which fail, in Dagster and in the service."""
    demo = planted.demo
    for provider, kind in KEYED.items():
        demo.sandbox("POST", "/_control/faults", {"provider": provider, "kind": kind, "times": 4})
    runs: list[str] = []
    with planted.client() as admin:

        def launched(provider: str) -> bool:
            answer = admin.post(f"/api/v2/schedule/tasks/{provider}/force-update")
            runs.append(answer.json().get("run_id", ""))
            # Only so many go at once.
            return answer.status_code == 202

        for provider in (*KEYED, *OWN):
            admin.put(f"/api/v2/schedule/tasks/{provider}", json={"enabled": True})
            demo.wait_until(functools.partial(launched, provider), 180)
            admin.post(f"/api/providers/{provider}/health-check")
    demo.finished(lambda: [run for one in runs if one and (run := demo.dagster.run(one))], 180)


async def _listen(planted: Planted) -> None:
    """What the sockets say for a while, to somebody who sent a key by the address."""
    key = planted.canaries.by_slot["a rotated key"]
    for path in SOCKETS:
        url = f"ws://127.0.0.1:{planted.demo.port}{path}?token={key}"
        async with websockets.connect(url, proxy=None) as socket:
            for said in ('{"type":"get_stats"}', '{"type":"subscribe","channel":"alerts"}', key):
                await socket.send(said)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(8):
                    async for message in socket:
                        content = message.encode() if isinstance(message, str) else message
                        planted.heard.append((f"the socket {path}", content))
