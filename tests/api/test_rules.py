"""The rules of the contract that hold everywhere: each has its tests, and those that walk
through all answers stand here."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from resources.settings import Settings
from tests.api.described import spec
from tests.api.server import Store, client_of
from tests.api.test_openapi import filled_in

# The beginning of each rule, and who tries it.
RULES = {
    "Keys travel as": (
        "test_access.py::test_a_key_opens_what_its_scope_allows",
        "test_access.py::test_a_bad_key_is_refused",
        "test_access.py::test_a_key_in_the_query_counts_for_nothing_here",
        "test_access.py::test_no_log_line_shows_a_key_of_the_query",
    ),
    "Limits by tier": (
        "test_limits.py::test_it_is_exact_under_32_connections",
        "test_limits.py::test_every_answer_tells_what_is_left",
        "test_limits.py::test_one_too_many_is_told_when_to_come_back",
    ),
    "Errors have one shape": (
        "test_problems.py::test_every_error_is_problem_details",
        "test_problems.py::test_no_input_breaks_the_service",
        "test_rules.py::test_no_answer_of_success_says_that_it_failed",
    ),
    "Times are UTC": (
        "test_rules.py::test_every_time_is_utc_and_ends_with_z",
        "test_rules.py::test_amounts_are_numbers_and_their_currency_is_named",
    ),
    "Lists that can grow": (
        "test_rules.py::test_a_list_with_a_cursor_says_where_it_goes_on",
        "test_rules.py::test_every_limit_has_a_maximum_that_holds",
        "test_cursors.py::test_a_list_does_not_take_the_cursor_of_another",
    ),
    "A range answer is the same": (
        "test_rules.py::test_a_range_is_the_same_in_whatever_order_its_data_came",
    ),
    "`GET` answers carry": (
        "test_rules.py::test_what_a_client_holds_is_not_sent_again",
        "test_etags.py::test_the_etag_moves_with_the_data",
    ),
    "A symbol is accepted as": (
        "test_spellings.py::test_a_market_is_known_however_it_is_spelt",
        "test_spellings.py::test_a_price_is_that_of_the_asset_in_dollars",
        "test_problems.py::test_an_unknown_symbol_comes_with_the_nearest",
        "test_problems.py::test_an_ambiguous_symbol_comes_with_candidates_that_work",
    ),
    "What was never checked": (
        "test_providers.py::test_what_was_never_called_is_unknown_and_has_no_rate",
        "test_health.py::test_the_status_of_nothing_is_null_and_not_zero",
    ),
    "Data from the sandbox": ("test_rules.py::test_what_was_played_says_so_in_every_row",),
    "Names in paths": ("test_rules.py::test_names_in_paths_have_no_case",),
    "Components of `/health`": ("test_rules.py::test_the_components_of_health_say_how_they_are",),
    "CORS": (
        "test_root.py::test_only_configured_origins_may_call_from_other_pages",
        "test_start.py::test_pages_of_configured_origins_may_call_and_listen",
        "test_rules.py::test_pages_of_all_origins_and_callers_without_a_key_stop_the_start",
    ),
    "The import path is": (
        "test_start.py::test_any_server_finds_the_application_by_its_name",
        "test_root.py::test_former_pages_lead_on",
    ),
    "The path names the version": ("test_rules.py::test_version_2_is_the_area_of_data_sources",),
}
# Their times and amounts are those of providers, as they came.
RAW = ("/api/v2/data/cached", "/api/v2/data/cached/{api_id}", "/api/v2/data/history/{api_id}")
_AMOUNTS = re.compile(
    r"price|open|high|low|close|(quote_)?volume(_24h)?|tvl|total_tvl|market_cap|usd|score"
)
# Their answers tell of this moment.
MOVING = {"/metrics", "/ws/stats", "/api/admin/system/info", "/api/query/tables"}
Walked = Iterator[tuple[str, str, Any]]


@pytest.fixture(scope="module")
def answers(world: Store, service: httpx.Client) -> dict[str, httpx.Response]:
    """What every GET of the interface answers to an admin, where there is something."""
    with client_of(service.base_url, world.key("admin")) as admin:
        found = {
            path: admin.get(filled_in(path))
            for path, methods in spec()["paths"].items()
            if "get" in methods and path != "/openapi.json"
        }
    return {path: answer for path, answer in found.items() if answer.status_code == 200}


def told(answers: dict[str, httpx.Response]) -> Walked:
    """(path, name of the field, value) of all that JSON answers tell."""
    for path, answer in answers.items():
        if answer.headers["content-type"].startswith("application/json") and path not in RAW:
            yield from ((path, name, value) for name, value in walked("", answer.json()))


def walked(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    yield name, value
    if isinstance(value, dict):
        for inner, one in value.items():
            yield from walked(inner, one)
    elif isinstance(value, list):
        for one in value:
            yield from walked(name, one)


def test_every_rule_of_the_contract_has_its_tests(shared: Path) -> None:
    path = shared / "contract" / "README.md"
    if not path.is_file():
        pytest.skip("needs contract/README.md of ../shared, which is not here")
    rules = re.findall(r"^- (.+)$", path.read_text().partition("hold everywhere")[2], re.MULTILINE)
    assert len(rules) == len(RULES)
    for rule, (beginning, tests) in zip(rules, RULES.items(), strict=True):
        assert rule.startswith(beginning)
        for test in tests:
            file, _, name = test.partition("::")
            text = (Path(__file__).parent / file).read_text()
            assert re.search(rf"^(async )?def {name}", text, re.MULTILINE), test


def test_every_time_is_utc_and_ends_with_z(answers: dict[str, httpx.Response]) -> None:
    times = [
        (path, name, value)
        for path, name, value in told(answers)
        if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[T ]\d\d", value)
    ]
    assert len(times) > 200
    iso = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
    assert [one for one in times if not iso.fullmatch(one[2])] == []


def test_amounts_are_numbers_and_their_currency_is_named(
    answers: dict[str, httpx.Response],
) -> None:
    amounts = [one for one in told(answers) if _AMOUNTS.fullmatch(one[1])]
    assert len(amounts) > 200
    assert [one for one in amounts if not isinstance(one[2], int | float | dict | None)] == []
    for path in ("/api/market", "/api/prices", "/api/ohlcv", "/api/defi", "/api/nft"):
        assert answers[path].json()["quote"] in {"USD", "USDT"}


def test_no_answer_of_success_says_that_it_failed(answers: dict[str, httpx.Response]) -> None:
    for path, answer in answers.items():
        body = answer.json() if "json" in answer.headers["content-type"] else {}
        if isinstance(body, dict):
            assert body.get("success", True) is True, path
            assert body.get("status") not in ("error", "failed", "failure"), path
            assert "detail" not in body, path


def test_a_list_with_a_cursor_says_where_it_goes_on() -> None:
    paged = 0
    for path, methods in spec()["paths"].items():
        names = {one["name"] for one in methods.get("get", {}).get("parameters", ())}
        if "cursor" in names:
            schema = methods["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            model = spec()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            assert {"string", "null"} == {
                one["type"] for one in model["properties"]["next_cursor"]["anyOf"]
            }, path
            assert "next_cursor" in model["required"], path
            assert "limit" in names, path
            paged += 1
    assert paged >= 10


def test_every_limit_has_a_maximum_that_holds(world: Store, service: httpx.Client) -> None:
    with client_of(service.base_url, world.key("admin")) as admin:
        for path, methods in spec()["paths"].items():
            for one in methods.get("get", {}).get("parameters", ()):
                if one["name"] != "limit":
                    continue
                (number,) = (
                    kind
                    for kind in one["schema"].get("anyOf", [one["schema"]])
                    if kind["type"] == "integer"
                )
                for beyond in (number["maximum"] + 1, number["minimum"] - 1):
                    answer = admin.get(filled_in(path), params={"limit": beyond})
                    assert answer.status_code == 422, path


def test_a_range_is_the_same_in_whatever_order_its_data_came(reader: httpx.Client) -> None:
    """An hour of the hand-made market was stored after those that follow it."""
    rows = reader.get("/api/ohlcv/history/BTC?interval=1h&start=2024-01-30&end=2024-02-02").json()
    opened = [row["open_time"] for row in rows["data"]]
    assert opened == sorted(opened)
    assert len(set(opened)) == len(opened)
    revised = opened.index("2024-01-30T02:00:00Z")
    assert rows["data"][revised]["close"] == 105.0


def test_what_a_client_holds_is_not_sent_again(
    answers: dict[str, httpx.Response], world: Store, service: httpx.Client
) -> None:
    with client_of(service.base_url, world.key("admin")) as admin:
        held = 0
        for path, answer in answers.items():
            if path in MOVING or not answer.headers["content-type"].startswith("application/json"):
                continue
            tag = answer.headers["etag"]
            again = admin.get(filled_in(path), headers={"If-None-Match": tag})
            assert again.status_code in (200, 304), path
            # What has changed since says so by another tag.
            assert (again.status_code == 304) == (again.headers["etag"] == tag), path
            held += again.status_code == 304
    assert held > 50


def test_what_was_played_says_so_in_every_row(answers: dict[str, httpx.Response]) -> None:
    assert answers["/api/status"].json()["mode"] == "sandbox"
    sources = [
        (path, name, one)
        for path, field, value in told(answers)
        if field in ("source", "sources")
        and isinstance(value, str)
        # What a provider can be asked has parameters of that name.
        and not path.startswith("/api/v2/config/")
        for name, one in ((field, part) for part in value.split(","))
    ]
    assert len(sources) > 50
    assert [one for one in sources if not one[2].startswith("sandbox:")] == []


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("/api/providers/binance", "/api/providers/BINANCE"),
        ("/api/providers/coinbase_exchange", "/api/providers/Coinbase%20Exchange"),
        ("/api/providers/category/exchange", "/api/providers/category/EXCHANGE"),
        ("/api/v2/config/apis/binance", "/api/v2/config/apis/Binance"),
        ("/api/v2/config/apis/category/exchange", "/api/v2/config/apis/category/Exchange"),
        ("/api/pools/prices", "/api/pools/PRICES"),
        ("/api/rate-limits/binance", "/api/rate-limits/BiNance"),
        ("/api/markets/BTC/USDT", "/api/markets/btcusdt"),
    ],
)
def test_names_in_paths_have_no_case(service: httpx.Client, path: str, other: str) -> None:
    one, same = service.get(path).json(), service.get(other).json()
    for answer in (one, same):
        for moving in ("timestamp", "requested", "reset_time", "reset_in_seconds"):
            answer.pop(moving, None)
    assert "detail" not in one
    assert one == same


def test_the_components_of_health_say_how_they_are(service: httpx.Client) -> None:
    components = service.get("/health").json()["components"]
    assert components.keys() == {"database", "scheduler", "websocket", "providers", "models"}
    assert all(component["status"] for component in components.values())
    assert components["scheduler"]["status"] in {"running", "stopped", "unknown"}
    assert components["websocket"]["active_connections"] == 0
    counts = {
        name: components["providers"][name] for name in ("online", "degraded", "offline", "unknown")
    }
    assert sum(counts.values()) == components["providers"]["total"]


def test_pages_of_all_origins_and_callers_without_a_key_stop_the_start(tmp_path: Path) -> None:
    assert Settings(home=tmp_path, cors_origins=["*"]).cors_origins == ["*"]
    with pytest.raises(ValidationError, match="every web page"):
        Settings(home=tmp_path, cors_origins=["*"], api_key_required=False)


def test_version_2_is_the_area_of_data_sources() -> None:
    for path, methods in spec()["paths"].items():
        for operation in methods.values():
            is_of_sources = operation["tags"] == ["data sources"]
            assert is_of_sources == path.startswith("/api/v2/"), path
