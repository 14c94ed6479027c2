"""The id of a request, and its line in the access log."""

import http.client
import logging
from typing import Any

import httpx
import pytest

from resources.ledger import keys
from resources.ledger.tables import logs
from tests.api.server import Store, served, until

LOGGER = "api.access_log"


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    found = [one for one in caplog.records if one.name == LOGGER]
    return [{**vars(one)["fields"], "level": one.levelname} for one in found]


@pytest.mark.parametrize("path", ["/", "/livez", "/docs", "/nothing", "/api/logs", "/api/prices"])
def test_every_answer_has_an_id_of_its_own(service: httpx.Client, path: str) -> None:
    ids = {service.get(path).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
    assert all(len(one) == 16 and int(one, 16) >= 0 for one in ids)


@pytest.mark.parametrize("sent", ["a", "trace-1.2_X", "Z" * 64])
def test_a_callers_own_id_is_taken(service: httpx.Client, sent: str) -> None:
    assert service.get("/livez", headers={"X-Request-ID": sent}).headers["x-request-id"] == sent


@pytest.mark.parametrize("sent", ["", "Z" * 65, "a b", "a\tb", 'a"}', "é", "a/b", "%0a"])
def test_one_that_could_be_anything_else_is_not(service: httpx.Client, sent: str) -> None:
    headers = [(b"X-Request-ID", sent.encode("latin-1"))]
    taken = service.get("/livez", headers=headers).headers.get_list("x-request-id")
    assert len(taken) == 1
    assert taken[0] != sent


def test_a_fault_of_ours_has_an_id_and_a_line_too(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {
        "X-API-Key": keys.create(store.ledger, "reader", ("read",)),
        "X-Request-ID": "broken",
    }
    with store.ledger.write() as connection:
        connection.execute(
            logs.insert().values(at=0, log_type="failure", level="error", message="", details="{")
        )
    url = f"http://127.0.0.1:{store.settings.port}/api/logs"
    with caplog.at_level(logging.INFO, logger=LOGGER), served(store.settings):
        # Not by the client that holds answers against their documentation: this one has none.
        answer = httpx.get(url, headers=headers, trust_env=False, timeout=60)
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] == "broken"
    (found,) = lines(caplog)
    assert (found["request_id"], found["status"], found["level"]) == ("broken", 500, "ERROR")


def test_each_request_has_a_line(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    secret = keys.create(store.ledger, "reader", ("read",))
    with caplog.at_level(logging.INFO, logger=LOGGER), served(store.settings) as client:
        answer = client.get(
            "/api/providers/binance?x=1",
            headers={"X-API-Key": secret, "X-Request-ID": "mine"},
        )
        client.head("/api/providers/binance")
        client.get("/nothing/here")
    first, head, nothing = lines(caplog)
    assert first.pop("ms") > 0
    with store.ledger.read() as connection:
        (key_id,) = connection.exec_driver_sql("SELECT id FROM api_keys").one()
    assert first == {
        "level": "INFO", "request_id": "mine", "method": "GET",
        "route": "/api/providers/{provider_id}", "path": "/api/providers/binance", "status": 200,
        "bytes": len(answer.content), "key_id": key_id, "address": "127.0.0.1",
    }  # fmt: skip
    assert (head["method"], head["route"], head["bytes"]) == ("HEAD", first["route"], 0)
    assert (nothing["route"], nothing["status"], nothing["key_id"]) == ("", 404, None)
    assert secret not in caplog.text


def test_no_request_forges_a_line(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger=LOGGER), served(store.settings):
        connection = http.client.HTTPConnection("127.0.0.1", store.settings.port, timeout=5)
        connection.request("GET", "/a%0a%7b%22level%22:%22error%22%7d%1b%5b2J%ff")
        assert connection.getresponse().status == 404
        connection.close()
    (found,) = lines(caplog)
    assert found["path"] == '/a\n{"level":"error"}\x1b[2J\ufffd'


def test_without_the_level_there_is_no_line(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger=LOGGER), served(store.settings) as client:
        client.get("/livez")
    assert lines(caplog) == []


def test_lines_are_written_while_it_serves(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger=LOGGER), served(store.settings) as client:
        client.get("/livez")
        until(lambda: bool(lines(caplog)))
