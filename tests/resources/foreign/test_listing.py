"""Lists of providers in the shapes that others write them in."""

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.foreign import Listing, read_file
from resources.ledger.provider_schedules import Edit
from resources.providers import load_providers
from resources.providers.base import Auth, Call, Endpoint, Limit
from resources.providers.entries import CUSTOM, entry_of, read_entry

KEY = "SZHYFZK2RR8H9TIMJBVW54V4H81K2Z2KR2"
ACME = {"name": "Acme", "url": "https://api.acme.example/v1"}


def read(document: Any) -> Listing:
    return read_file(json.dumps(document).encode())


def only(entry: dict[str, Any]) -> Any:
    listing = read([{**ACME, **entry}])
    assert listing.errors == []
    return listing.providers["acme"]


@pytest.mark.parametrize(
    ("document", "categories"),
    [
        ([ACME], {"acme": "custom"}),
        ({"acme": {"url": "https://a.example"}}, {"acme": "custom"}),
        ({"providers": [ACME]}, {"acme": "custom"}),
        ({"apis": [{**ACME, "category": "News"}]}, {"acme": "news"}),
        ({"providers": {"a": ACME, "b": ACME}}, {"a": "custom", "b": "custom"}),
        ({"registry": {"rpc_nodes": [ACME]}}, {"acme": "rpc_node"}),
        ({"registry": {"metadata": {"name": "x"}, "block_explorers": [ACME]}},
         {"acme": "block_explorer"}),
        ({"schema_version": "1", "market_data_apis": [ACME], "defi": {"b": ACME}},
         {"acme": "market_data", "b": "defi"}),
        ({"registry": {"my_lists": [ACME]}}, {"acme": "my_lists"}),
        ({"data": {"news_apis": {"a": ACME}}, "notes": {"name": "x", "id": "y"}}, {"a": "news"}),
        (ACME, {}),
    ],
)  # fmt: skip
def test_entries_are_found_in_every_usual_shape(document: Any, categories: dict[str, str]) -> None:
    found = read(document).providers
    if document is not ACME:
        assert {id_: provider.category for id_, provider in found.items()} == categories


@pytest.mark.parametrize(
    "document",
    [{}, [], {"a": 1}, {"metadata": {"name": "x"}}, {"registry": 3}, {"providers": []}],
)
def test_a_document_without_entries_is_an_error(document: Any) -> None:
    listing = read(document)
    assert listing.providers == {}
    assert listing.errors == [("the file", "", "has no providers")]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 9_999, b"NaN"]
)
def test_what_is_no_json_is_an_error(content: bytes) -> None:
    ((entry, _, reason),) = read_file(content).errors
    assert entry == "the file"
    assert reason.startswith("is no JSON")


def test_every_error_is_told_with_its_entry_and_field() -> None:
    listing = read([ACME, ACME, {"name": "B"}, 7, {**ACME, "id": "c", "enabled": "maybe"}])
    assert [(entry, field) for entry, field, _ in listing.errors] == [
        ("acme", "id"), ("b", "base_url"), ("the file[3]", ""), ("c", "enabled"),
    ]  # fmt: skip


def test_a_list_is_bounded() -> None:
    listing = read([{**ACME, "id": f"a{n}"} for n in range(2_001)])
    assert ("the file", "", "has more than 2000 entries") in listing.errors


@pytest.mark.parametrize(
    ("given", "limits"),
    [
        ({"rate_limit": "5/sec"}, [(5, 1)]),
        ({"rate_limit": "100 per minute"}, [(100, 60)]),
        ({"rateLimit": "10 requests per second, 100k/day"}, [(10, 1), (100_000, 86_400)]),
        ({"rate_limit": "1,200 weight / 5 minutes"}, [(1_200, 300)]),
        ({"rate_limit": "5 rps"}, [(5, 1)]),
        ({"rate_limit": "1 request every 2 seconds"}, [(1, 2)]),
        ({"rate_limit": {"requests_per_second": 5, "daily": 9}}, [(5, 1), (9, 86_400)]),
        ({"rate_limit": {"requests": 5, "per": "hour"}}, [(5, 3_600)]),
        ({"rate_limits": [{"limit": 7, "window": 10}]}, [(7, 10)]),
        ({"limits": [{"amount": 3, "seconds": 4}]}, [(3, 4)]),
        ({"rate_limit": 30}, [(30, 60)]),
        ({"rate_limit": "varies"}, [(60, 60)]),
        ({"rate_limit": "unlimited"}, [(60, 60)]),
        ({}, [(60, 60)]),
    ],
)
def test_limits_are_read_as_people_write_them(
    given: dict[str, Any], limits: list[tuple[int, int]]
) -> None:
    assert only(given).limits == tuple(Limit(*limit) for limit in limits)


@pytest.mark.parametrize(
    ("given", "auth"),
    [
        ({}, None),
        ({"auth": {"type": "none"}}, None),
        ({"auth": "none"}, None),
        ({"requires_auth": False}, None),
        ({"requires_auth": True}, Auth("query", "apikey")),
        ({"auth": {"type": "apiKeyQuery", "param_name": "k"}}, Auth("query", "k")),
        ({"auth": {"type": "apiKeyHeader", "header": "X-K"}}, Auth("header", "X-K")),
        ({"auth": {"type": "apiKeyHeaderOptional", "param_name": "X-K"}},
         Auth("header", "X-K", required=False)),
        ({"auth": {"type": "apiKey", "in": "header", "name": "X-K"}}, Auth("header", "X-K")),
        ({"auth": {"type": "apiKey", "in": "query", "name": "k"}}, Auth("query", "k")),
        ({"auth": "bearer"}, Auth("header", "Authorization", "Bearer ")),
        ({"auth": {"type": "Bearer Token"}}, Auth("header", "Authorization", "Bearer ")),
        ({"auth": {"kind": "header", "name": "A", "prefix": "Key ", "required": False}},
         Auth("header", "A", "Key ", required=False)),
        ({"auth": {"type": "query", "param": "k"}, "requires_auth": False},
         Auth("query", "k", required=False)),
        ({"url": "https://api.acme.example/v3/{PROJECT_ID}",
          "auth": {"type": "apiKeyPath", "key": None, "param_name": "PROJECT_ID"}}, Auth("path")),
        ({"url": "https://api.acme.example/v3/YOUR_API_KEY"}, Auth("path")),
        ({"endpoints": {"x": "?a=1&token={key}"}}, Auth("query", "token")),
    ],
)  # fmt: skip
def test_how_a_key_is_sent_is_read_as_people_write_it(
    given: dict[str, Any], auth: Auth | None
) -> None:
    assert only(given).auth == auth


@pytest.mark.parametrize(
    ("given", "calls"),
    [
        (["/a", "b?x=1"], [Call("/a"), Call("/b", {"x": "1"})]),
        ({"price": "/a", "gone": "/a/{symbol}"}, [Call("/a")]),
        ({"x": {"path": "/a", "params": {"n": 5}, "weight": 2}}, [Call("/a", {"n": "5"}, 2)]),
        ([{"url": "https://api.acme.example/v1/a?x=1"}], [Call("/a", {"x": "1"})]),
        ([{"url": "https://other.example/a"}], []),
        ([{"path": "/a", "method": "DELETE"}, {"path": "/a", "method": "POST"}], []),
        ([{"path": "/a", "method": "POST", "body": {"x": [1]}}], [Call("/a", body=b'{"x": [1]}')]),
        (["?module=gas&apikey=abc"], [Call("", {"module": "gas"})]),
        ("/a", [Call("/a")]),
    ],
)
def test_endpoints_are_calls_that_can_be_sent(given: Any, calls: list[Call]) -> None:
    assert [endpoint.call for endpoint in only({"endpoints": given}).endpoints] == calls


def test_an_endpoint_is_of_the_feed_that_it_names_or_its_category_has() -> None:
    given = {"latest_news": "/n", "x": "/x", "y": {"feed": "rpc", "path": "/y"}}
    feeds = [one.feed for one in only({"category": "exchanges", "endpoints": given}).endpoints]
    assert feeds == ["news", "prices", "rpc"]


def test_interval_and_enabled_are_changes_of_the_schedule() -> None:
    listing = read([{**ACME, "interval": 90, "enabled": False}, {**ACME, "id": "b"}])
    assert listing.edits == {"acme": Edit(90, enabled=False), "b": Edit()}
    assert listing.providers["acme"].enabled
    for interval in (59, 2_592_001, "often", True, 1.5):
        ((entry, field, _),) = read([{**ACME, "interval": interval}]).errors
        assert (entry, field) == ("acme", "interval")


def test_a_query_of_the_address_belongs_to_each_call() -> None:
    address = {"url": "https://api.acme.example/v1?net=main&api_key=YOUR_KEY"}
    assert only(address).health == Call("", {"net": "main"})
    provider = only({**address, "endpoints": ["/a"]})
    assert provider.endpoints == (Endpoint("market", Call("/a", {"net": "main"})),)
    assert provider.auth == Auth("query", "api_key")


@pytest.mark.parametrize(
    "given",
    [
        {"api_key": KEY},
        {"keys": [KEY]},
        {"auth": {"type": "apiKeyQuery", "key": KEY, "param_name": "k"}},
        {"auth": {"kind": "header", "name": "X-K", "value": KEY}},
        {"url": f"https://api.acme.example/v3/{KEY}"},
        {"url": f"https://api.acme.example/v3/{KEY}/x", "api_key": KEY},
        {"url": f"https://api.acme.example/v3?apikey={KEY}"},
        {"endpoints": [f"/x?token={KEY}"]},
        {"endpoints": [{"path": f"/{KEY}/x", "params": {"api_key": KEY}}], "auth": {"key": KEY}},
        {"health": {"path": "/x", "params": {"access_token": KEY}}},
        {"endpoints": [{"path": "/x", "params": {"appid": KEY}}]},
        {"endpoints": [{"path": "/x", "params": {"CMC_PRO_API_KEY": KEY}}]},
        {"endpoints": [{"path": "/x", "params": {"auth": KEY}}]},
    ],
)
def test_a_key_stays_in_no_field(given: dict[str, Any]) -> None:
    listing = read([{**ACME, **given}])
    assert listing.errors == []
    provider = listing.providers["acme"]
    assert listing.keys == {"acme": KEY}
    assert KEY not in json.dumps(entry_of(provider)) + str(listing.warnings)
    assert provider.auth is not None


@pytest.mark.parametrize("placeholder", ["***", "YOUR_API_KEY", "{key}", "<api key>", "xxxx", ""])
def test_what_stands_for_a_key_is_none(placeholder: str) -> None:
    listing = read([{**ACME, "auth": {"type": "query", "name": "k", "key": placeholder}}])
    assert (listing.keys, listing.errors) == ({}, [])


def test_what_is_left_out_is_told() -> None:
    warnings = read([{**ACME, "stars": 5, "endpoints": ["/{x}"], "websocket": True}]).warnings
    assert [warning.startswith("acme: ") for warning in warnings] == [True] * 3


def test_our_own_entries_come_back_as_they_are() -> None:
    """All that the catalog has, each renamed so as not to be taken."""
    entries = [{**entry_of(one), "id": f"{one.id[:60]}_x"} for one in load_providers().values()]
    wanted = {entry["id"]: read_entry(entry, CUSTOM, []) for entry in entries}
    listing = read({"version": 1, "providers": entries})
    assert listing.errors == []
    assert listing.providers == {
        id_: replace(one, enabled=True) for id_, one in wanted.items() if one
    }
    assert {id_: edit.enabled for id_, edit in listing.edits.items()} == {
        entry["id"]: entry["enabled"] for entry in entries
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip
FIELDS = st.sampled_from([
    "id", "name", "url", "base_url", "docs", "category", "auth", "type", "key", "param_name", "in",
    "rate_limit", "limits", "endpoints", "path", "params", "method", "body", "health", "feed",
    "update_type", "ws_url", "enabled", "requires_auth", "providers", "registry", "apis", "amount",
    "seconds", "requests_per_second", "api_key", "weight",
])  # fmt: skip
WORDS = st.sampled_from([
    "https://a.example/{key}", "https://a.example?key=1", "https://[", "/x?y=1#z", "5/sec", "query",
    "5" * 400 + "/sec", "/{a", "header", "none", "POST", "{", "\ud800", "", "rpc", "daily", "9/9/9 d",
])  # fmt: skip
ENTRIES = st.recursive(
    WORDS | JSON,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=6),
    max_leaves=30,
)


@given(JSON | ENTRIES)
def test_any_json_gives_providers_or_errors_and_never_raises(document: Any) -> None:
    try:
        content = json.dumps(document).encode()
        msgspec.json.decode(content)
    except ValueError:
        content = b"{}"
    listing = read_file(content)
    for provider in listing.providers.values():
        assert read_entry(entry_of(provider), CUSTOM, []) == provider
    for error in listing.errors:
        assert all(isinstance(part, str) for part in error)


@given(st.binary(max_size=200))
def test_any_bytes_give_errors_and_never_raise(content: bytes) -> None:
    assert isinstance(read_file(content), Listing)
