"""How the services are, and what the service is."""

import shutil
from pathlib import Path

import httpx
from pydantic import SecretStr

from tests.api.server import Store, served

SECRET = "0123456789abcdef0123456789abcdef"
COMPONENTS = {"database", "scheduler", "websocket", "providers", "models"}


def test_each_service_has_a_state(service: httpx.Client) -> None:
    services = service.get("/api/v2/status").json()["services"]
    assert services.keys() == COMPONENTS | {"schedules", "snapshots"}
    assert all(part["status"] for part in services.values())
    assert services["snapshots"]["records"] >= 1
    health = service.get("/api/v2/health").json()
    assert health["status"] == "healthy"
    assert health["services"].keys() == COMPONENTS
    assert health["services"]["database"] == "healthy"


def test_a_store_that_is_gone_is_503(store: Store) -> None:
    lake, aside = Path(store.settings.lake_url), store.settings.home_dir / "aside"
    with served(store.settings) as client:
        assert client.get("/api/v2/health").status_code == 200
        shutil.move(lake, aside)
        lake.write_text("no folder")
        for path in ("/api/v2/health", "/api/v2/status"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["services"]["database"] == "unhealthy"


def test_the_service_tells_of_itself_without_secrets_and_paths(store: Store) -> None:
    hidden = {
        "secret_key": SecretStr(SECRET),
        "sandbox_replay": Path("/secret/replay"),
        "sentiment_model": "/secret/model",
        "trusted_proxies": ["10.1.2.3/32"],
        "allowed_addresses": ["10.9.9.9/32"],
    }
    with served(store.settings.model_copy(update=hidden)) as client:
        answer = client.get("/info", timeout=60)
        held = {"If-None-Match": answer.headers["etag"]}
        assert client.get("/info", headers=held, timeout=60).status_code == 304
    body = answer.json()
    for secret in (SECRET, "/secret", "10.1.2.3", "10.9.9.9", str(store.settings.home)):
        assert secret not in answer.text
    assert body["application"]["mode"] == "sandbox"
    assert body["configuration"]["HEADWATER_SECRET_KEY"] == "***"
    assert body["configuration"]["HEADWATER_HUGGINGFACE_TOKEN"] is None
    assert body["database"]["kind"] == "sqlite"
    assert body["rate_limits"]["free"]["per_minute"] == 1_000_000
    assert body["rate_limits"]["admin"] == {"per_minute": None, "per_day": None}
    assert body["scheduler"]["status"] == "unknown"
    assert body["websocket"]["active_connections"] == 0
