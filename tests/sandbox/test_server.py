"""The sandbox as a process: it starts, answers within its limits, and is gone afterwards."""

import time
from pathlib import Path

import httpx
import pytest

from sandbox.server import running
from tests.sandbox.conftest import HOSTS

BINANCE = {"host": HOSTS["binance"], "latency_ms": 0}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"providers": {"binance": {"host": 1}}}, "Expected `str`, got `int`"),
        ({"providers": {"binance": {}}}, "missing required field `host`"),
        ({"provider": {}}, "unknown field `provider`"),
    ],
)
def test_a_bad_configuration_stops_the_start(
    config: dict[str, object], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RuntimeError, match="did not start, exit code 1"), running(config):
        pass
    assert said in capfd.readouterr().err


def test_a_replay_folder_without_an_index_stops_the_start(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RuntimeError), running({"providers": {"binance": BINANCE}}, tmp_path):
        pass
    assert "no readable INDEX.csv" in capfd.readouterr().err


def test_it_answers_on_loopback_until_the_end() -> None:
    with running({"providers": {"binance": BINANCE}}) as url:
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{url}/api.binance.com/api/v3/ping").json() == {}
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/api.binance.com/api/v3/ping")


def test_it_plays_gets_and_posts_of_hosts_alone(client: httpx.Client) -> None:
    assert client.put("/api.binance.com/api/v3/ping").status_code == 405
    assert client.post("/api.binance.com/api/v3/ping").status_code == 405
    assert client.get("/").status_code == 404
    answer = client.get("/_control/nothing")
    assert answer.status_code == 404
    assert "GET and POST /<host>/<path>" in answer.json()["error"]


def test_large_answers_are_compressed_where_that_is_wanted(client: httpx.Client) -> None:
    path = "/api.binance.com/api/v3/exchangeInfo"
    plain = client.get(path, headers={"accept-encoding": "identity"})
    packed = client.get(path, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json()["symbols"] == plain.json()["symbols"]
    small = client.get("/api.binance.com/api/v3/ping", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in small.headers


def test_binance_limits_by_weight_and_then_bans() -> None:
    config = {"providers": {"binance": {**BINANCE, "limits": [[41, 60]]}}}
    with running(config) as url, httpx.Client(base_url=f"{url}/api.binance.com/api/v3") as client:
        used = [client.get("/exchangeInfo").headers["x-mbx-used-weight-1m"] for _ in range(2)]
        assert used == ["20", "40"]
        refused = [client.get("/klines") for _ in range(6)]
        assert [answer.status_code for answer in refused] == [429] * 5 + [418]
        assert 58 <= int(refused[0].headers["retry-after"]) <= 60
        assert refused[-1].headers["retry-after"] == "120"
        (told,) = client.get(f"{url}/_control/requests").json()["providers"]
        assert (told["limited"], told["during_ban"]) == (6, 5)


def test_kraken_says_it_in_its_own_way() -> None:
    config = {
        "providers": {"kraken": {"host": HOSTS["kraken"], "limits": [[2, 60]], "latency_ms": 0}}
    }
    with running(config) as url, httpx.Client(base_url=f"{url}/api.kraken.com/0/public") as client:
        answers = [client.get("/Time") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200] * 3
        assert answers[-1].json() == {"error": ["EGeneral:Too many requests"]}


def test_those_that_share_a_host_have_limits_of_their_own() -> None:
    providers = {
        "whole": {"host": "acme.test", "limits": [[2, 60]]},
        "part": {"host": "acme.test", "path": "/part", "limits": [[1, 60]]},
    }
    config = {"providers": providers, "latency_ms": 0}
    with running(config) as url, httpx.Client(base_url=f"{url}/acme.test") as client:
        assert [client.get("/part/1").status_code for _ in range(2)] == [200, 429]
        answers = [client.get("/1") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert 58 <= int(answers[-1].headers["retry-after"]) <= 60
        assert client.get(f"{url}/other.test/1").status_code == 200


def test_a_provider_takes_its_time() -> None:
    config = {"providers": {"binance": {"host": HOSTS["binance"], "latency_ms": 80}}}
    with running(config) as url, httpx.Client() as client:
        start = time.monotonic()
        client.get(f"{url}/api.binance.com/api/v3/ping")
        assert time.monotonic() - start >= 0.08
