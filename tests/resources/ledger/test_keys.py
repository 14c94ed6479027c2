"""Keys and sign-ins in the ledger."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from resources.errors import Conflict, InvalidInput, NotFound
from resources.ledger import Ledger, key_changes, keys, retention, sign_ins
from resources.ledger.keys import Issued
from resources.ledger.tables import api_keys
from tests.ledgers import ledger_at

HOUR_MS = 3_600_000


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = ledger_at(tmp_path / "ledger.db")
    yield made
    made.close()


def issue(ledger: Ledger, scope: str = "read", expires_at: int | None = None) -> Issued:
    return keys.issue(ledger, "x", (scope,), "free", expires_at)


def test_a_secret_has_256_bits_and_is_stored_as_its_hash(ledger: Ledger) -> None:
    secrets = {issue(ledger).secret for _ in range(50)}
    assert {len(secret) for secret in secrets} == {len("hw_") + 43}
    with ledger.read() as connection:
        hashes = list(connection.execute(sa.select(api_keys.c.hash)).scalars())
    assert len({*hashes}) == len(secrets) == 50
    assert {len(one) for one in hashes} == {64}


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\nb", "a\x1b[2Jb", "a\u202eb", "\x00"])
def test_a_name_is_bounded_and_printable(ledger: Ledger, name: str) -> None:
    with pytest.raises(InvalidInput, match="printable"):
        keys.create(ledger, name, ("read",))


@pytest.mark.parametrize(
    "secret", ["", "hw_", "hw_x", "hw_" + "x" * 43, "hw_" + "x" * 44, "hw_" + "\u00fc" * 43, "\n"]
)
def test_what_was_never_issued_is_no_key(ledger: Ledger, secret: str) -> None:
    issue(ledger)
    assert keys.find(ledger, secret) is None


def test_of_two_rotations_at_once_one_wins(ledger: Ledger) -> None:
    old = issue(ledger).key.id

    def rotate(_: int) -> str | None:
        try:
            return key_changes.rotate(ledger, old, 60).issued.secret
        except Conflict:
            return None

    with ThreadPoolExecutor(4) as pool:
        made = [secret for secret in pool.map(rotate, range(4)) if secret]
    assert len(made) == 1
    assert key_changes.count(ledger) == 2


def test_an_overlap_ends(ledger: Ledger) -> None:
    old = issue(ledger)
    done = key_changes.rotate(ledger, old.key.id, 60)
    assert keys.find(ledger, old.secret)
    ledger.skew_ms = 61_000
    assert keys.find(ledger, old.secret) is None
    assert keys.find(ledger, done.issued.secret)


def test_what_holds_no_more_is_not_rotated(ledger: Ledger) -> None:
    for gone in (issue(ledger, expires_at=1), issue(ledger)):
        key_changes.revoke(ledger, gone.key.id, last=False)
        with pytest.raises(Conflict):
            key_changes.rotate(ledger, gone.key.id)
    with pytest.raises(NotFound):
        key_changes.rotate(ledger, "nobody")


def test_of_two_last_keys_that_are_revoked_at_once_one_stays(ledger: Ledger) -> None:
    both = [issue(ledger, "admin").key.id for _ in range(2)]

    def revoke(key_id: str) -> bool:
        try:
            key_changes.revoke(ledger, key_id, last=False)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(revoke, both)) == [False, True]
    assert keys.any_admin(ledger)


def test_a_link_signs_in_once_however_many_follow_it_at_once(ledger: Ledger) -> None:
    link = sign_ins.new_link(ledger)
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda _: sign_ins.redeem(ledger, link), range(8))
        sessions = [session for session in found if session]
    assert len(sessions) == 1
    who = sign_ins.find(ledger, sessions[0])
    assert who is not None
    assert who.allows("admin")


def test_a_link_holds_ten_minutes_and_a_session_twelve_hours(ledger: Ledger) -> None:
    late = sign_ins.new_link(ledger)
    session = sign_ins.redeem(ledger, sign_ins.new_link(ledger))
    assert session
    ledger.skew_ms = 10 * 60_000 + 1
    assert sign_ins.redeem(ledger, late) is None
    ledger.skew_ms = 12 * HOUR_MS - 10_000
    assert sign_ins.find(ledger, session)
    ledger.skew_ms = 12 * HOUR_MS + 1
    assert sign_ins.find(ledger, session) is None


def test_sign_ins_that_have_expired_are_deleted(ledger: Ledger) -> None:
    sign_ins.new_link(ledger)
    session = sign_ins.redeem(ledger, sign_ins.new_link(ledger))
    assert session
    assert retention.clean_up(ledger, 1)["sign_ins"] == 0
    ledger.skew_ms = HOUR_MS
    assert retention.clean_up(ledger, 1)["sign_ins"] == 2
    assert sign_ins.find(ledger, session)


def test_a_session_that_was_ended_signs_nobody_in(ledger: Ledger) -> None:
    session = sign_ins.redeem(ledger, sign_ins.new_link(ledger))
    assert session
    sign_ins.end(ledger, session)
    assert sign_ins.find(ledger, session) is None
