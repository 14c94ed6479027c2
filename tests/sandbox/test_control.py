"""Orders are validated, and what came is counted."""

from typing import Any

import httpx
import pytest

PING = "/api.binance.com/api/v3/ping"


def counts(client: httpx.Client, provider: str = "binance") -> dict[str, Any]:
    told = client.get("/_control/requests").json()["providers"]
    return next(row for row in told if row["provider"] == provider)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"kind": "nan"}, "missing required field `provider`"),
        ({"provider": "binance", "kind": "earthquake"}, "Invalid enum value 'earthquake'"),
        (
            {"provider": "binanc", "kind": "nan"},
            "no provider 'binanc' is played; did you mean binance",
        ),
        ({"provider": "binance", "kind": "nan", "times": 0}, "Expected `int` >= 1"),
        ({"provider": "binance", "kind": "nan", "retry_after": -1}, "Expected `int` >= 0"),
        ({"provider": "binance", "kind": "status_5xx", "status": 200}, "Expected `int` >= 500"),
        ({"provider": "binance", "kind": "nan", "often": 3}, "unknown field `often`"),
        ("no object", "Expected `object`, got `str`"),
    ],
)
def test_a_bad_order_is_refused_in_a_clear_sentence(
    client: httpx.Client, body: Any, said: str
) -> None:
    answer = client.post("/_control/faults", json=body)
    assert answer.status_code == 422
    assert said in answer.json()["error"]
    assert client.get("/_control/faults").json() == {"faults": []}


def test_what_is_no_json_is_refused(client: httpx.Client) -> None:
    assert client.post("/_control/faults", content=b"{").status_code == 422


def test_orders_are_listed_with_how_often_they_were_served(client: httpx.Client) -> None:
    client.post("/_control/faults", json={"provider": "binance", "kind": "nan", "times": 3})
    client.get(PING)
    (fault,) = client.get("/_control/faults").json()["faults"]
    assert fault == {
        "provider": "binance",
        "kind": "nan",
        "times": 3,
        "path": "",
        "after": 0,
        "retry_after": None,
        "seconds": None,
        "shift": 0.0,
        "status": 503,
        "length": "full",
        "served": 1,
    }


def test_the_faults_of_one_provider_can_be_cleared(client: httpx.Client) -> None:
    for provider in ("binance", "kraken"):
        client.post("/_control/faults", json={"provider": provider, "kind": "nan"})
    (left,) = client.delete("/_control/faults", params={"provider": "kraken"}).json()["faults"]
    assert left["provider"] == "binance"
    assert client.delete("/_control/faults", params={"provider": "nobody"}).status_code == 422


def test_clearing_lifts_bans(client: httpx.Client) -> None:
    order = {"provider": "binance", "kind": "status_418", "times": 1, "retry_after": 600}
    client.post("/_control/faults", json=order)
    assert [client.get(PING).status_code for _ in range(2)] == [418, 418]
    client.delete("/_control/faults")
    assert client.get(PING).status_code == 200


def test_requests_are_counted_by_outcome(client: httpx.Client) -> None:
    client.get(PING)
    client.get("/api.binance.com/api/v3/klines")
    client.post("/_control/faults", json={"provider": "binance", "kind": "reset", "times": 1})
    with pytest.raises(httpx.TransportError):
        client.get(PING)
    told = counts(client)
    assert told["statuses"] == {"200": 1, "400": 1, "reset": 1}
    assert (told["requests"], told["limited"], told["during_ban"]) == (3, 0, 0)
    assert [(last["path"], last["outcome"]) for last in told["last"]] == [
        ("/api/v3/ping", "200"),
        ("/api/v3/klines", "400"),
        ("/api/v3/ping", "reset"),
    ]
    assert told["last"][0]["at"] <= told["last"][-1]["at"]


def test_only_the_last_hundred_are_remembered_but_all_are_counted(client: httpx.Client) -> None:
    for _ in range(120):
        client.get(PING)
    told = counts(client)
    assert (told["requests"], len(told["last"])) == (120, 100)


def test_counts_can_be_reset(client: httpx.Client) -> None:
    client.get(PING)
    assert client.delete("/_control/requests", params={"provider": "kraken"}).status_code == 200
    assert counts(client)["requests"] == 1
    client.delete("/_control/requests")
    assert counts(client)["requests"] == 0
    assert client.delete("/_control/requests", params={"provider": "nobody"}).status_code == 422
