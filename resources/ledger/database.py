"""The SQL database that holds Headwater's state: engine, transactions, clock, migrations."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from resources.errors import StoreUnavailable

# So far may two clocks be apart.
AHEAD_MS = 300_000
_MIGRATIONS = Path(__file__).with_name("migrations")


class _ClockMillis(sa.sql.functions.FunctionElement[int]):
    """The database's UTC in milliseconds, taken in the statement that uses it."""

    type = sa.BigInteger()
    inherit_cache = True
    name = "clock_millis"


@compiles(_ClockMillis, "sqlite")
def _sqlite_clock(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


@compiles(_ClockMillis, "postgresql")
def _postgresql_clock(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"


# For statements that are made once; `skew_ms` is not in it.
CLOCK = _ClockMillis()


class Ledger:
    """One database, opened by URL. `skew_ms` moves its clock, for tests of time alone."""

    def __init__(self, url: str, *, skew_ms: int = 0) -> None:
        self.url = url
        self.skew_ms = skew_ms
        self.engine = _engine(url)
        self._writer = self.engine.execution_options(immediate=True)
        self._watch: sa.PoolProxiedConnection | None = None

    def migrate(self) -> None:
        """Bring the schema up to date; safe to run from several processes at once."""
        if self.revision() == max(revisions()):
            return
        # Half a second that a process whose schema is up to date need not spend.
        from alembic import command  # noqa: PLC0415
        from alembic.config import Config  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with self.write() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def revision(self) -> str | None:
        """The version of the schema that the database has, None where it has none."""
        if not sa.inspect(self.engine).has_table("alembic_version"):
            return None
        with self.read() as connection:
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection for reading. Raises StoreUnavailable when the database cannot be used."""
        with _translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction that holds the write lock from its start, committed at its end."""
        with _translated(), self._writer.begin() as connection:
            yield connection

    @property
    def clock(self) -> sa.ColumnElement[int]:
        """SQL expression: now, in milliseconds since 1970, UTC, of the database's clock."""
        return CLOCK + self.skew_ms

    @property
    def horizon(self) -> sa.ColumnElement[int]:
        """SQL expression: what is stored of a later time (ms) was stored under a wrong clock."""
        return self.clock + AHEAD_MS

    def now(self) -> int:
        with self.read() as connection:
            return int(connection.execute(sa.select(self.clock)).scalar_one())

    def check_writable(self) -> None:
        """Write what changes nothing. Raises StoreUnavailable when the disk or database refuses."""
        sqlite = self.engine.dialect.name == "sqlite"
        same = "UPDATE alembic_version SET version_num = version_num"
        with self.write() as connection:
            # SQLite leaves out writing a row that stays the same, but never its header.
            connection.exec_driver_sql("PRAGMA user_version = 1" if sqlite else same)

    def data_version(self) -> int:
        """A number that changes when anyone else has committed; costs under 0.1 ms.

        It changes for commits of this process too, since these run on other connections.
        """
        with _translated():
            if self._watch is None:
                self._watch = self.engine.raw_connection()
            cursor = self._watch.cursor()
            cursor.execute("PRAGMA data_version")
            (version,) = cursor.fetchone() or (0,)
            return int(version)

    def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self.engine.dispose()


def revisions() -> set[str]:
    """Every version of the schema that this version of Headwater knows; the newest is the largest."""
    return {file.name[:4] for file in _MIGRATIONS.glob("versions/*_*.py")}


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sa.exc.DBAPIError, sa.exc.TimeoutError, sqlite3.Error) as error:
        cause = getattr(error, "orig", error)
        raise StoreUnavailable(f"the ledger cannot be used: {cause}") from error


def _engine(url: str) -> sa.Engine:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True)
    if parsed.database:
        path = Path(parsed.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Never a file that is there: closing it would end all locks that this process holds on
        # it, and another process would then delete the log that our connections still write.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    engine = sa.create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
    sa.event.listen(engine, "connect", _configure_sqlite)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # sqlite3 must not begin transactions on its own: BEGIN IMMEDIATE below does.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
