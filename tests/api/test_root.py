import re

import httpx
import pytest

from tests.api.server import Store


def test_an_api_client_is_told_what_there_is(service: httpx.Client) -> None:
    body = service.get("/").json()
    assert body["name"] == "Headwater"
    assert body["status"] == "running"
    assert "GET /api/ohlcv/gaps/{symbol}" in body["endpoints"]
    assert body.keys() >= {"version", "description", "timestamp"}


@pytest.mark.parametrize(
    ("path", "target"),
    [("/redoc", "/docs"), ("/dashboard", "/"), ("/enhanced_dashboard.html", "/")],
)
def test_former_pages_lead_on(service: httpx.Client, path: str, target: str) -> None:
    answer = service.get(path)
    assert (answer.status_code, answer.headers["location"]) == (307, target)


def test_a_browser_is_led_to_a_page(service: httpx.Client) -> None:
    answer = service.get("/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")


def test_the_documentation_names_no_other_host_and_its_files_are_here(
    service: httpx.Client,
) -> None:
    page = service.get("/docs")
    assert "https://" not in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(files) == 3
    for path in files:
        assert service.get(path).status_code == 200


def test_the_interface_describes_itself(service: httpx.Client) -> None:
    spec = service.get("/openapi.json").json()
    assert spec["openapi"].startswith("3.")
    assert spec.keys() <= {"openapi", "info", "paths", "components", "tags"}
    assert spec["info"]["title"] == "Headwater"
    history = spec["paths"]["/api/ohlcv/history/{symbol}"]["get"]
    assert history["security"]
    assert "security" not in spec["paths"]["/api/prices"]["get"]


def test_only_configured_origins_may_call_from_other_pages(
    service: httpx.Client, world: Store
) -> None:
    answer = service.get("/api/prices", headers={"Origin": "https://elsewhere.example"})
    assert world.settings.cors_origins == []
    assert "access-control-allow-origin" not in answer.headers
