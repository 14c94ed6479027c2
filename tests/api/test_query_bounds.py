"""What SQL may not do, and how it is held to it."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.api.asking import CANARY, answered, ask, endless, fingerprint, forks, has_ended
from tests.api.server import Store, opened, served, until
from tests.api.statements import HOSTILE, INVALID, LARGE, SLOW, written


@pytest.mark.parametrize(("sql", "kind"), HOSTILE, ids=lambda value: str(value)[:48])
def test_a_hostile_statement_is_refused_and_changes_nothing(
    market: Store, hurried: httpx.Client, sql: str, kind: str
) -> None:
    lake, secret = Path(market.settings.lake_url), market.settings.home_dir / "secret.csv"
    before = fingerprint(market)
    answer = ask(hurried, written(sql, lake, secret))
    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] == f"urn:headwater:{kind}"
    assert CANARY not in answer.text
    assert "root:" not in answer.text
    assert fingerprint(market) == before


def test_the_table_of_hostile_statements_has_each_kind() -> None:
    kinds = [kind for _, kind in HOSTILE]
    assert len(HOSTILE) > 100
    assert min(kinds.count(kind) for kind in (INVALID, SLOW, LARGE)) >= 4


def test_no_refusal_tells_where_the_lake_is(market: Store, asker: httpx.Client) -> None:
    home = str(market.settings.home_dir)
    for sql, kind in HOSTILE:
        if "{" not in sql and kind == INVALID:
            assert home not in ask(asker, sql).text, sql


def test_the_process_of_a_statement_ends_when_its_client_leaves(asker: httpx.Client) -> None:
    assert answered(asker, "SELECT 1") == [[1]]
    with endless(asker) as process:
        assert not has_ended(process)
    until(lambda: has_ended(process))
    assert answered(asker, "SELECT 1") == [[1]]


def test_the_process_of_a_statement_ends_with_the_service(market: Store) -> None:
    with opened(market.settings.home_dir, query_seconds=120) as store:
        with served(store.settings) as client:
            client.headers["X-API-Key"] = store.key("read")
            with endless(client) as process:
                pass
        until(lambda: has_ended(process))


def test_one_more_than_may_is_told_to_wait(market: Store) -> None:
    settings: dict[str, Any] = {"query_seconds": 120, "query_at_once": 1}
    with opened(market.settings.home_dir, **settings) as store, served(store.settings) as client:
        client.headers["X-API-Key"] = store.key("read")
        with endless(client):
            answer = ask(client, "SELECT 1")
            assert (answer.status_code, answer.json()["type"]) == (503, "urn:headwater:busy")
            assert int(answer.headers["Retry-After"]) >= 1
        until(lambda: ask(client, "SELECT 1").status_code == 200)


def test_the_program_that_forks_is_started_again_when_it_is_gone(asker: httpx.Client) -> None:
    assert answered(asker, "SELECT 1") == [[1]]
    for one in forks():
        with suppress(psutil.NoSuchProcess):
            one.kill()
            one.wait(10)
    assert answered(asker, "SELECT 2") == [[2]]


def test_the_processes_of_statements_know_no_environment(asker: httpx.Client) -> None:
    assert answered(asker, "SELECT 1") == [[1]]
    told = []
    for one in forks():
        with suppress(psutil.NoSuchProcess):
            told.append(one.environ().keys())
    assert told
    assert all(keys <= {"SUPERVISED_HEADWATER_HOME", "PYTHONPATH", "LC_CTYPE"} for keys in told)
