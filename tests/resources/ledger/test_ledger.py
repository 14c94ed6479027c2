"""The ledger: transactions, clock, and what is kept in it."""

import multiprocessing
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.errors import StoreUnavailable
from resources.ledger import Ledger, commits, coverage, keys, latest, listings, quarantine
from resources.plan import Window, union
from resources.rights import SCOPES


def test_the_file_is_readable_by_its_owner_alone(ledger: Ledger, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "ledger.db").stat().st_mode) == 0o600
    assert ledger.now() > 1_700_000_000_000


def test_migrations_make_the_tables_that_the_code_names(ledger: Ledger) -> None:
    from resources.ledger.tables import METADATA  # noqa: PLC0415 (names clash with the modules)

    inspector = sa.inspect(ledger.engine)
    for name, table in METADATA.tables.items():
        made = {column["name"] for column in inspector.get_columns(name)}
        assert made == {column.name for column in table.columns}, name


def _migrate(url: str) -> None:
    Ledger(url).migrate()


def test_processes_may_migrate_at_the_same_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_migrate, args=(url,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]


def test_a_failed_transaction_leaves_nothing(ledger: Ledger) -> None:
    def fail_halfway() -> None:
        with ledger.write() as connection:
            commits.record(connection, ledger, "candles", 1, [], 5)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert commits.newest_seq(ledger) == 0


def test_an_unreachable_database_is_a_clear_error(tmp_path: Path) -> None:
    folder = tmp_path / "ledger.db"
    folder.mkdir()
    with pytest.raises((StoreUnavailable, IsADirectoryError)):
        Ledger(f"sqlite:///{folder}").now()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO alembic_version VALUES (NULL)",
        "INSERT INTO commits SELECT",
        "SELECT * FROM nothing",
    ],
)
def test_whatever_the_database_refuses_is_one_error(ledger: Ledger, statement: str) -> None:
    with pytest.raises(StoreUnavailable), ledger.write() as connection:
        connection.exec_driver_sql(statement)


def test_a_damaged_database_is_the_same_error(ledger: Ledger, tmp_path: Path) -> None:
    ledger.close()
    for end in ("-wal", "-shm"):
        (tmp_path / f"ledger.db{end}").unlink(missing_ok=True)
    (tmp_path / "ledger.db").write_bytes(b"no database at all" * 500)
    broken = Ledger(ledger.url)
    for look in (broken.now, broken.data_version, broken.check_writable):
        with pytest.raises(StoreUnavailable, match="not a database"):
            look()
    broken.close()


def test_the_tail_sees_each_commit_once_in_order(ledger: Ledger) -> None:
    tail = commits.Tail(Ledger(ledger.url), after=0)
    assert tail.poll() == []
    for rows in (3, 4):
        with ledger.write() as connection:
            commits.record(connection, ledger, "prices", rows, [{"symbol": "BTC"}], rows)
    assert [(c.seq, c.rows, c.keys) for c in tail.poll()] == [
        (1, 3, [{"symbol": "BTC"}]),
        (2, 4, [{"symbol": "BTC"}]),
    ]
    assert tail.poll() == []


def test_a_tail_with_more_commits_than_it_may_take_goes_on_with_the_next_poll(
    ledger: Ledger,
) -> None:
    with ledger.write() as connection:
        for _ in range(5):
            commits.record(connection, ledger, "prices", 1, [], 1)
    tail = commits.Tail(ledger, after=0)
    assert [len(tail.poll(limit=2)) for _ in range(4)] == [2, 2, 1, 0]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), min_size=1, max_size=10))
def test_coverage_is_the_union_of_what_was_added(parts: list[tuple[int, int]]) -> None:
    ledger = Ledger("sqlite://")
    ledger.migrate()
    windows = [Window(start, start + length) for start, length in parts]
    for window in windows:
        with ledger.write() as connection:
            coverage.extend(connection, "1h", [("BTC/USDT", window)])
    assert coverage.covered(ledger, "BTC/USDT", "1h") == union(windows)
    assert coverage.covered(ledger, "BTC/USDT", "1m") == []
    assert coverage.symbols_covered(ledger) == [("BTC/USDT", "1h")]
    ledger.close()


def test_an_older_price_does_not_replace_a_newer_one(ledger: Ledger) -> None:
    row = {
        "symbol": "BTC", "at": 2000, "price": 5.0, "quote": "USD", "change_24h": None,
        "providers": ["kraken"], "n_sources": 1, "spread_bps": None, "observed_at": 1990,
        "fetched_at": 1995, "quality": "single", "mode": "live",
    }  # fmt: skip
    with ledger.write() as connection:
        latest.put_prices(connection, ledger, [row])
        latest.put_prices(connection, ledger, [{**row, "at": 1000, "price": 4.0}])
    assert latest.read_prices(ledger, ["BTC"]) == {"BTC": row}
    assert latest.read_prices(ledger, ["ETH"]) == {}


def test_the_same_broken_row_is_quarantined_once(ledger: Ledger) -> None:
    row = {"reason": "not finite", "close": float("nan")}
    for _ in range(2):
        with ledger.write() as connection:
            quarantine.keep(ledger, connection, "candles", "kraken", "BTC/USD", [row])
    assert quarantine.count(ledger, "candles") == 1


def test_listings_age(ledger: Ledger) -> None:
    assert listings.listed(ledger, "kraken", 1000) is None
    listings.replace(ledger, "kraken", ["BTC/USD", "ETH/USD"])
    assert listings.listed(ledger, "kraken", 60_000) == {"BTC/USD", "ETH/USD"}
    ledger.skew_ms = 61_000
    assert listings.listed(ledger, "kraken", 60_000) is None


def test_a_key_is_found_until_it_is_revoked_or_expires(ledger: Ledger) -> None:
    secret = keys.create(ledger, "bot", ("write",), "pro")
    found = keys.find(ledger, secret)
    assert found is not None
    assert secret.startswith("hw_")
    assert [found.allows(scope) for scope in SCOPES] == [True, True, False]
    assert keys.find(ledger, secret + "x") is None
    with ledger.read() as connection:
        assert secret not in str(connection.exec_driver_sql("SELECT * FROM api_keys").all())
    assert not keys.any_admin(ledger)
    keys.create(ledger, "bot", ("admin",))
    assert keys.any_admin(ledger)
    keys.revoke_named(ledger, "bot")
    assert keys.find(ledger, secret) is None
    assert not keys.any_admin(ledger)
    short = keys.create(ledger, "short", ("read",), expires_at=ledger.now() + 60_000)
    assert keys.find(ledger, short)
    ledger.skew_ms = 61_000
    assert keys.find(ledger, short) is None
