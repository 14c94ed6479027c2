"""How servers start the service."""

import os
import subprocess
import sys
from pathlib import Path

import httpx

from tests.api.server import Store, served, until
from tests.api.talk import talking
from tests.ports import free_port

START = """
import os, sys
before = set(os.listdir("."))
import api.app
foreign = ("dagster", "assets", "pipelines", "sandbox")
print([name for name in sys.modules if name.startswith(foreign)], set(os.listdir(".")) - before)
sys.stdout.flush()
import uvicorn
uvicorn.main(["api.app:app", "--port", os.environ["HEADWATER_PORT"]])
"""


def test_any_server_finds_the_application_by_its_name(tmp_path: Path) -> None:
    """Importing it does nothing and brings no other room; serving it opens the store."""
    port, root = str(free_port()), str(Path(__file__).parents[2])
    settings = {"HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_PORT": port}
    process = subprocess.Popen(
        [sys.executable, "-c", START],
        cwd=tmp_path,
        env={**os.environ, **settings, "PYTHONPATH": root},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "[] set()\n"
            until(lambda: _answers(f"http://127.0.0.1:{port}/api/status"))
            assert (tmp_path / "home" / "ledger.db").is_file()
        finally:
            process.terminate()
        assert process.wait(10) in (0, -15)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.ConnectError:
        return False


async def test_pages_of_configured_origins_may_call_and_listen(store: Store) -> None:
    page = "https://page.example"
    settings = store.settings.model_copy(update={"cors_origins": [page]})
    with served(settings) as client:
        answer = client.get("/api/prices", headers={"Origin": page})
        assert answer.headers["access-control-allow-origin"] == page
        assert "access-control-allow-credentials" not in answer.headers
        asked = {"Origin": page, "Access-Control-Request-Method": "GET"}
        wanted = {**asked, "Access-Control-Request-Headers": "X-API-Key"}
        assert client.options("/api/prices", headers=wanted).status_code == 200
        async with talking(settings, origin=page) as talk:
            assert (await talk.ask(type="ping"))["type"] == "pong"
