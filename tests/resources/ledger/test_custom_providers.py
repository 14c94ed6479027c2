"""Providers that were added at run time, and their keys."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from resources.errors import Conflict, KeyUnreadable, StoreUnavailable, UnknownName
from resources.http import Client
from resources.ledger import (
    Ledger,
    custom_providers,
    health,
    pools,
    proposals,
    provider_schedules,
    snapshots,
)
from resources.ledger.custom_providers import Stored, StoredKeys
from resources.ledger.provider_schedules import Edit
from resources.ledger.sealing import Seal
from resources.ledger.snapshots import Answered
from resources.ledger.tables import (
    METADATA,
    forced_updates,
    provider_latencies,
    provider_outcomes,
)
from resources.pools import seed
from resources.providers import load_providers
from resources.providers.base import Auth, Call, Provider
from tests.resources.http.played import a_provider, answers, played

KEY = "s3cret-s3cret"
ACME = a_provider("acme", (5, 1), auth=Auth("header", "X-Key"))
ACME = replace(ACME, native=load_providers()["etherscan"].native, health=Call("/x"))


def stored(ledger: Ledger) -> dict[str, Provider]:
    with ledger.read() as connection:
        return custom_providers.read_all(connection)


def test_a_provider_is_stored_whole(ledger: Ledger) -> None:
    custom_providers.add(ledger, ACME)
    assert stored(ledger) == {"acme": ACME}


def test_an_id_is_taken_once_and_built_in_ones_for_ever(ledger: Ledger) -> None:
    custom_providers.add(ledger, ACME)
    with pytest.raises(Conflict, match="there is a provider acme"):
        custom_providers.add(ledger, ACME)
    built_in = load_providers()["kraken"]
    with pytest.raises(Conflict, match="built-in"):
        custom_providers.add(ledger, built_in)
    with pytest.raises(Conflict, match="kraken"):
        custom_providers.store(ledger, [a_provider("new"), built_in], "merge")
    assert stored(ledger).keys() == {"acme"}


def test_what_is_not_there_is_neither_changed_nor_removed(ledger: Ledger) -> None:
    with pytest.raises(UnknownName):
        custom_providers.change(ledger, ACME)
    with pytest.raises(UnknownName):
        custom_providers.remove(ledger, "acme")


def test_merging_keeps_the_others_and_replacing_does_not(ledger: Ledger) -> None:
    one, two, three = (replace(ACME, id=id_, name=id_) for id_ in ("one", "two", "three"))
    merged = custom_providers.store(ledger, [one, two], "merge")
    assert merged == Stored(["one", "two"], [], [])
    changed = replace(two, name="Second")
    merged = custom_providers.store(ledger, [changed, three], "merge")
    assert merged == Stored(["three"], ["two"], [])
    assert stored(ledger) == {"one": one, "two": changed, "three": three}
    replaced = custom_providers.store(ledger, [two], "replace")
    assert replaced == Stored([], ["two"], ["one", "three"])
    assert stored(ledger) == {"two": two}


def test_a_name_is_of_one_provider_in_whatever_case(ledger: Ledger) -> None:
    custom_providers.add(ledger, ACME)
    namesake = replace(ACME, id="two", name="ACME")
    with pytest.raises(Conflict, match="the name 'ACME' is that of acme"):
        custom_providers.add(ledger, namesake)
    with pytest.raises(Conflict, match="that of kraken"):
        custom_providers.change(ledger, replace(ACME, name="kraken"))
    with pytest.raises(Conflict):
        custom_providers.store(ledger, [replace(ACME, name="New"), namesake, ACME], "merge")
    custom_providers.change(ledger, replace(ACME, name="acme"))
    assert custom_providers.store(ledger, [namesake], "replace").removed == ["acme"]
    assert stored(ledger) == {"two": namesake}


def test_a_provider_and_its_schedule_are_stored_both_or_neither(ledger: Ledger) -> None:
    """The ledger refuses the schedule: of the provider, which was written before it, nothing is."""
    with ledger.write() as connection:
        connection.execute(sa.text(
            "CREATE TRIGGER no BEFORE INSERT ON provider_schedules "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        ))  # fmt: skip
    with pytest.raises((sa.exc.DBAPIError, StoreUnavailable)):
        custom_providers.add(ledger, ACME, edit=Edit(90, enabled=False))
    assert stored(ledger) == {}


def rows_of(ledger: Ledger, provider: str) -> dict[str, int]:
    """How many rows each table with a provider has of one."""
    tables = [table for table in METADATA.sorted_tables if "provider" in table.c]
    with ledger.read() as connection:
        counts = {
            table.name: connection.execute(
                sa.select(sa.func.count()).select_from(table).where(table.c.provider == provider)
            ).scalar_one()
            for table in tables
        }
    return {name: count for name, count in counts.items() if count}


def leave_traces(ledger: Ledger, provider: Provider) -> None:
    """All that a provider leaves in the ledger while it is watched."""
    answer = Answered(provider.id, ok=True, is_json=True, size=2, body=b"{}")
    hour = {"provider": provider.id, "hour": 0, "count": 1}
    health.note(ledger, provider, health.Finding("offline"))
    provider_schedules.change(ledger, provider.id, 90, enabled=False)
    pools.add_member(ledger, "exchange_data", pools.StoredMember(provider.id, 1, 1))
    forced_updates_claimed = {"provider": provider.id, "claim": "c", "claimed_at": 0}
    with ledger.write() as connection:
        snapshots.put(connection, ledger, answer, 1, snapshots.Bounds(10, 10))
        proposals.propose(connection, ledger, provider.id, 5)
        connection.execute(sa.insert(provider_outcomes).values(**hour, outcome="ok", last_at=0))
        connection.execute(sa.insert(provider_latencies).values(**hour, bucket=1))
        connection.execute(sa.insert(forced_updates).values(**forced_updates_claimed))


@pytest.mark.parametrize("how", ["removed", "replaced", "left by a look that ended later"])
def test_a_new_provider_inherits_nothing_of_one_that_had_its_id(ledger: Ledger, how: str) -> None:
    seed(ledger, load_providers())
    other = replace(ACME, id="other", name="Other")
    custom_providers.store(ledger, [ACME, other], "merge")
    if how.startswith("left"):
        custom_providers.remove(ledger, "acme")
    for one in (ACME, other):
        leave_traces(ledger, one)
    before = rows_of(ledger, "other")
    assert len(rows_of(ledger, "acme")) >= 10
    if how == "removed":
        custom_providers.remove(ledger, "acme")
    if how == "replaced":
        custom_providers.store(ledger, [other], "replace")
    custom_providers.add(ledger, ACME)
    assert rows_of(ledger, "acme").keys() == {"logs"}
    assert rows_of(ledger, "other") == before


def test_a_key_is_encrypted_where_it_lies(ledger: Ledger, tmp_path: Path) -> None:
    custom_providers.add(ledger, ACME, KEY)
    assert StoredKeys(ledger).get("acme") == KEY
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    with ledger.read() as connection:
        row = connection.execute(sa.text("SELECT * FROM custom_providers")).one()
    assert KEY not in str(row)
    assert not any(KEY.encode() in file.read_bytes() for file in tmp_path.iterdir())


def test_a_key_stays_with_its_address_and_its_name(ledger: Ledger) -> None:
    keys = StoredKeys(ledger)
    custom_providers.add(ledger, ACME, KEY)
    for changed, kept in (
        (replace(ACME, name="New"), KEY),
        (replace(ACME, auth=Auth("query", "k")), None),
    ):
        custom_providers.store(ledger, [changed], "merge")
        assert keys.get("acme") == kept
    custom_providers.change(ledger, ACME, KEY)
    assert keys.get("acme") == KEY
    custom_providers.change(ledger, replace(ACME, base_url="https://other.example"))
    assert (keys.get("acme"), keys.has("acme")) == (None, False)


def test_a_setting_takes_the_place_of_the_file(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWATER_SECRET_KEY", "x" * 32)
    custom_providers.add(ledger, ACME, KEY)
    assert StoredKeys(ledger).get("acme") == KEY
    assert not (tmp_path / "secret.key").exists()


def test_another_key_is_an_error_that_says_what_to_do(ledger: Ledger, tmp_path: Path) -> None:
    custom_providers.add(ledger, ACME, KEY)
    (tmp_path / "secret.key").write_text("another")
    with pytest.raises(KeyUnreadable, match="HEADWATER_SECRET_KEY"):
        StoredKeys(ledger).get("acme")
    (tmp_path / "secret.key").unlink()
    with pytest.raises(KeyUnreadable):
        StoredKeys(ledger).get("acme")
    assert not (tmp_path / "secret.key").exists()


def test_two_that_make_a_key_at_once_make_one(ledger: Ledger) -> None:
    sealed = [Seal(ledger).close(KEY) for _ in range(2)]
    assert {Seal(ledger).open(text, "acme") for text in sealed} == {KEY}


async def test_a_call_carries_the_key_of_the_environment_else_the_stored_one(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    custom_providers.add(ledger, ACME, KEY)
    async with played(answers(200)) as server, Client(ledger, sandbox_url=server.url) as client:
        await client.get(ACME, Call("/x"), bytes)
        monkeypatch.setenv("HEADWATER_KEY_ACME", "from-outside")
        await client.get(ACME, Call("/x"), bytes)
        monkeypatch.delenv("HEADWATER_KEY_ACME")
        custom_providers.remove(ledger, "acme")
        await client.get(ACME, Call("/x"), bytes)
    sent = [request.headers["X-Key"] for _, request in server.arrivals]
    assert sent == [KEY, "from-outside", "sandbox"]
