"""What a restore does not take back: who may call, what was done, what providers were asked.

A key that was revoked since the backup stays revoked, one that was made stays valid; the audit log
goes on; limits of providers that are used up stay so. Numbers go on: those of commits, which
clients of the sockets resume from, never fall.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from resources.errors import Conflict, StoreUnavailable

# Whole tables: theirs are the rows of the ledger that is replaced.
KEPT = (
    "api_keys", "sign_ins", "daily_usage", "audit_log",
    "budgets", "budget_leases", "breakers",
)  # fmt: skip
# The name in `commits` of what tells readers of commits that there was a restore.
RESTORED = "restore"
_PATIENCE = 10.0
_IN_USE = "{} is in use: end what has it open, then try again"


def close_for_good(ledger: Path) -> bool:
    """Write the log of a ledger into its file; False where the file is damaged.

    Raises Conflict while anybody has it open.
    """
    try:
        with closing(sqlite3.connect(ledger, timeout=_PATIENCE)) as connection:
            (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise Conflict(_IN_USE.format(ledger)) from error
        return False
    except sqlite3.DatabaseError:
        return False
    if mode != "delete":
        raise Conflict(_IN_USE.format(ledger))
    return bool(said == "ok")


def carry(replaced: Path | None, restored: Path) -> None:
    """Write what stays of the ledger that is replaced, None where there is none, into the one that
    is restored, and a commit above all that there were; again as often as one likes.

    Raises StoreUnavailable where it cannot; nothing has changed then.
    """
    try:
        with closing(sqlite3.connect(restored, isolation_level=None)) as connection:
            if replaced is not None:
                connection.execute("ATTACH ? AS old", (f"{replaced}",))
            connection.execute("BEGIN IMMEDIATE")
            if replaced is not None:
                for table in KEPT:
                    _take_over(connection, table)
                _go_on(connection)
            _tell(connection)
            connection.execute("COMMIT")
            # One file, that can be renamed.
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise StoreUnavailable(
            f"what stays of the ledger cannot be carried over: {error}"
        ) from error


def _take_over(connection: sqlite3.Connection, table: str) -> None:
    columns = _columns(connection, "old", table)
    if not columns:
        return
    known = _columns(connection, "main", table)
    names = ", ".join(f'"{name}"' for name in columns if name in known)
    connection.execute(f'DELETE FROM main."{table}"')  # noqa: S608 (a name of our own schema)
    connection.execute(
        f'INSERT INTO main."{table}" ({names}) SELECT {names} FROM old."{table}"'  # noqa: S608
    )


def _columns(connection: sqlite3.Connection, schema: str, table: str) -> list[str]:
    told = connection.execute(f'PRAGMA {schema}.table_info("{table}")')
    return [name for _, name, *_ in told]


def _go_on(connection: sqlite3.Connection) -> None:
    """Give no number again that was given since the backup."""
    for name, newest in connection.execute("SELECT name, seq FROM old.sqlite_sequence").fetchall():
        there = connection.execute(
            "UPDATE main.sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (newest, name)
        )
        if there.rowcount == 0:
            connection.execute("INSERT INTO main.sqlite_sequence VALUES (?, ?)", (name, newest))


def _tell(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO commits (table_name, version, keys, rows, at) VALUES"
        " (?, NULL, '[]', 0, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))",
        (RESTORED,),
    )
