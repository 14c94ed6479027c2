"""The catalog, and what is wrong with one."""

from pathlib import Path
from typing import Any

import pytest

from resources.errors import StartRefused
from resources.providers import coded_providers, load_providers
from resources.providers.base import Auth, Call, Endpoint, Limit, Provider
from resources.providers.catalog import load_catalog
from resources.providers.entries import CATALOG, CUSTOM, entry_of, read_entry
from resources.providers.fields import Problem

ENTRY: dict[str, Any] = {
    "id": "acme",
    "name": "Acme",
    "category": "block_explorer",
    "base_url": "https://api.acme.example",
    "docs_url": "https://docs.acme.example",
    "endpoints": [{"feed": "onchain", "path": "/gas"}],
}
WHOLE = """
[[provider]]
id = "acme"
name = "Acme"
category = "block_explorer"
base_url = "https://api.acme.example"
docs_url = "https://docs.acme.example"
auth = { kind = "query", name = "apikey", required = true }
limits = [{ amount = 5, seconds = 1 }, { amount = 100_000, seconds = 86_400 }]
update = "daily"
health = { path = "/status", params = { deep = "0" } }
ws_url = "wss://ws.acme.example"
enabled = false
endpoints = [
  { feed = "onchain", path = "/gas", params = { chain = "1" }, weight = 2 },
  { feed = "rpc", path = "/", body = '{"method":"eth_blockNumber"}' },
]
"""


def problems_of(entry: object) -> list[Problem]:
    found: list[Problem] = []
    assert (read_entry(entry, CATALOG, found) is None) == bool(found)
    return found


def test_an_entry_is_a_provider_with_all_that_it_says(tmp_path: Path) -> None:
    (tmp_path / "block_explorer.toml").write_text(WHOLE)
    assert load_catalog(folder=tmp_path) == {
        "acme": Provider(
            id="acme",
            name="Acme",
            category="block_explorer",
            base_url="https://api.acme.example",
            docs_url="https://docs.acme.example",
            limits=(Limit(5, 1), Limit(100_000, 86_400)),
            endpoints=(
                Endpoint("onchain", Call("/gas", {"chain": "1"}, 2)),
                Endpoint("rpc", Call("/", body=b'{"method":"eth_blockNumber"}')),
            ),
            health=Call("/status", {"deep": "0"}),
            update="daily",
            auth=Auth("query", "apikey"),
            ws_url="wss://ws.acme.example",
            enabled=False,
        )
    }


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"catgory": "defi"}, "catgory", "did you mean category?"),
        ({"id": "Acme"}, "id", "lower case"),
        ({"id": "a-b"}, "id", "lower case"),
        ({"id": ""}, "id", "is empty"),
        ({"id": 7}, "id", "must be text"),
        ({"name": None}, "name", "must be text"),
        ({"name": "A\x00"}, "name", "cannot be printed"),
        ({"category": "block_explorers"}, "category", "did you mean block_explorer?"),
        ({"base_url": "ftp://acme.example"}, "base_url", "https:// or http://"),
        ({"base_url": "https://"}, "base_url", "no address of a host"),
        ({"base_url": "https://me:pw@acme.example"}, "base_url", "user or password"),
        ({"base_url": "https://acme.example?x=1"}, "base_url", "has a query"),
        ({"base_url": "https://{chain}.acme.example"}, "base_url", "nobody has filled in"),
        ({"base_url": "https://acme.example:99999"}, "base_url", "no address"),
        ({"base_url": "https://[::1"}, "base_url", "no address"),
        ({"docs_url": ""}, "docs_url", "is empty"),
        ({"ws_url": "https://acme.example"}, "ws_url", "wss:// or ws://"),
        ({"update": "hourly"}, "update", "none of realtime"),
        ({"enabled": "yes"}, "enabled", "true or false"),
        ({"limits": [{"amount": 0, "seconds": 1}]}, "limits[0].amount", "not above 0"),
        ({"limits": [{"amount": 5, "seconds": -1}]}, "limits[0].seconds", "not above 0"),
        ({"limits": [{"amount": 1.5, "seconds": 1}]}, "limits[0].amount", "whole number"),
        ({"limits": [{"amount": 5}]}, "limits[0].seconds", "is missing"),
        ({"limits": [{"amount": 5, "seconds": 1}] * 2}, "limits", "same seconds"),
        ({"limits": {"amount": 5}}, "limits", "must be a list"),
        ({"auth": {"kind": "query"}}, "auth.name", "is missing"),
        ({"auth": {"kind": "cookie", "name": "x"}}, "auth.kind", "none of header"),
        ({"auth": {"kind": "header", "name": "X Key"}}, "auth.name", "name of a header"),
        ({"auth": {"kind": "path"}}, "auth", "has {key}"),
        ({"auth": "apikey"}, "auth", "table of fields"),
        ({"endpoints": []}, "endpoints", "at least one"),
        ({"endpoints": [{"feed": "onchain"}]}, "endpoints[0].path", "is missing"),
        ({"endpoints": [{"feed": "gas", "path": "/"}]}, "endpoints[0].feed", "none of prices"),
        ({"endpoints": [{"feed": "rpc", "path": "x"}]}, "endpoints[0].path", "begin with /"),
        ({"endpoints": [{"feed": "rpc", "path": "/{a}"}]}, "endpoints[0].path", "filled in"),
        ({"endpoints": [{"feed": "rpc", "path": "/", "body": "{"}]}, "endpoints[0].body", "JSON"),
        ({"endpoints": [{"feed": "rpc", "path": "/", "params": {"a": 1}}]},
         "endpoints[0].params.a", "must be text"),
        ({"endpoints": [{"feed": "rpc", "path": "/", "wieght": 1}]},
         "endpoints[0].wieght", "did you mean weight?"),
        ({"health": {}}, "health.path", "is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_field_and_reason(
    change: dict[str, Any], field: str, reason: str
) -> None:
    told = {problem.field: problem.reason for problem in problems_of({**ENTRY, **change})}
    assert list(told) == [field]
    assert reason in told[field]


@pytest.mark.parametrize("missing", ["id", "name", "category", "base_url", "docs_url", "endpoints"])
def test_what_is_missing_is_told(missing: str) -> None:
    entry = {name: value for name, value in ENTRY.items() if name != missing}
    assert [problem.field for problem in problems_of(entry)] == [missing]


@pytest.mark.parametrize("entry", [None, 3, "acme", [], [ENTRY]])
def test_what_is_no_table_is_told(entry: object) -> None:
    assert [problem.field for problem in problems_of(entry)] == [""]


def test_one_bad_entry_refuses_the_start_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "defi.toml").write_text(WHOLE.replace('"daily"', '"dayly"'))
    with pytest.raises(StartRefused) as raised:
        load_catalog(folder=tmp_path)
    assert str(raised.value) == (
        "the catalog of providers is wrong: defi.toml: 'acme': update 'dayly' is none of "
        "realtime, periodic, scheduled, daily; did you mean daily?"
    )


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(WHOLE + WHOLE.replace('name = "Acme"', ""))
    (tmp_path / "b.toml").write_text("[[provider]]\nid = ")
    (tmp_path / "c.toml").write_text("[provider]\nid = 'x'\n[[providr]]\n")
    (tmp_path / "d.toml").write_text("[[provider]]\n" + WHOLE)
    with pytest.raises(StartRefused) as raised:
        load_catalog(taken=["other"], folder=tmp_path)
    text = str(raised.value)
    for told in (
        "a.toml: 'acme': name is missing",
        "a.toml: 'acme': id is taken already, by a.toml",
        "b.toml: the file: is not TOML",
        "c.toml: providr: is no [[provider]]",
        "c.toml: provider: must be [[provider]]",
        "d.toml: entry 1: id is missing",
        "d.toml: 'acme': id is taken already, by a.toml",
    ):
        assert told in text


def test_an_id_of_a_module_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(WHOLE)
    with pytest.raises(StartRefused, match="id is taken already, by a module"):
        load_catalog(taken=["acme"], folder=tmp_path)


def test_the_catalog_that_is_shipped_is_right() -> None:
    everything = load_providers()
    catalog = {id_: one for id_, one in everything.items() if id_ not in coded_providers()}
    assert len(everything) > len(coded_providers())
    for provider in catalog.values():
        assert read_entry(entry_of(provider), CATALOG, []) == provider


def test_a_custom_entry_needs_little_and_is_polite() -> None:
    entry = {"id": "mine", "name": "Mine", "base_url": "https://mine.example/data"}
    provider = read_entry(entry, CUSTOM, [])
    assert provider is not None
    assert (provider.category, provider.limits) == ("custom", (Limit(60, 60),))
    assert provider.health_call == Call("")
    assert read_entry(entry_of(provider), CUSTOM, []) == provider


@pytest.mark.parametrize(
    ("given", "kept"),
    [("Block Explorer", "block_explorer"), ("RPC-node", "rpc_node"), (" My Own ", "My Own")],
)
def test_a_custom_category_is_free_text(given: str, kept: str) -> None:
    provider = read_entry({**ENTRY, "category": given}, CUSTOM, [])
    assert provider is not None
    assert provider.category == kept
