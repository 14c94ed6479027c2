"""The process of one statement: bounds itself, opens what is offered, answers, and ends."""

import contextlib
import math
import os
import resource
import signal
import socket
import threading

import duckdb

from resources.sql.answers import TooLong, told
from resources.sql.statement import NotAllowed, tables_of, without_end
from resources.sql.wire import Question, Refused, Source, Told, Wants, framed, receive

# Beyond what the engine gives to a statement: the program, its stacks, and the answer.
_BESIDE_MB = 512
_LONGEST_REASON = 500
# Text of these errors is about the statement; that of all others may be about us.
_OF_THE_STATEMENT = (
    duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError, duckdb.IntegrityError,
)  # fmt: skip


def serve(peer: socket.socket) -> None:
    """Answer the one question that comes, and return."""
    with contextlib.suppress(EOFError, OSError):
        question = receive(peer, Question)
        _bound(question)
        peer.sendall(framed(_answered(peer, question)))


def _answered(peer: socket.socket, question: Question) -> Told | Refused:
    try:
        connection = _opened(question)
        names = tables_of(connection, question.sql, question.tables)
        peer.sendall(framed(Wants(names)))
        sources = receive(peer, list[Source])
        _end_with(peer)
        _offer(connection, sources)
        relation = connection.sql(without_end(question.sql), params=question.parameters)
        return told(relation, question.form, question.rows, question.most_bytes)
    except (NotAllowed, TooLong, MemoryError, RecursionError, duckdb.Error) as error:
        return _refused(error, question)


def _refused(error: Exception, question: Question) -> Refused:
    match error:
        case NotAllowed():
            return Refused("invalid", str(error))
        case TooLong():
            most = question.most_bytes // 1_000_000
            return Refused("length", f"the answer is longer than {most} MB: ask for less of it")
        case MemoryError() | duckdb.OutOfMemoryException():
            most = question.memory_mb
            return Refused("memory", f"the statement takes more than {most} MB of memory")
        case duckdb.IOException():
            return Refused("store", "a file of the lake cannot be read")
        case _ if isinstance(error, _OF_THE_STATEMENT):
            reason = str(error).partition("\n\n")[0].replace(f"{question.root}/", "")
            return Refused("invalid", reason[:_LONGEST_REASON])
        case _:
            # Nested too deeply, or a fault of the engine's own, whose text is about itself.
            return Refused("invalid", "the engine gave up on the statement")


def _bound(question: Question) -> None:
    """What the kernel holds to, should the engine not."""
    megabytes = (question.memory_mb + _BESIDE_MB) * 2**20
    seconds = math.ceil(question.seconds) + 1
    for kind, most in (
        (resource.RLIMIT_DATA, megabytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    # There is none before the first row is stored.
    with contextlib.suppress(FileNotFoundError):
        os.chdir(question.root)


def _end_with(peer: socket.socket) -> None:
    """End as soon as the service closes its side: nothing more is said by it."""

    def watch() -> None:
        with contextlib.suppress(OSError):
            peer.recv(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _opened(question: Question) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        config={
            "memory_limit": f"{question.memory_mb}MiB",
            "threads": 1,
            "temp_directory": "",
            "max_temp_directory_size": "0KiB",
            "python_enable_replacements": False,
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
            "allow_community_extensions": False,
            "allow_persistent_secrets": False,
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _offer(connection: duckdb.DuckDBPyConnection, sources: list[Source]) -> None:
    """Make the tables of these sources; after it nothing else can be opened or set."""
    files = [file for source in sources for file in source.files]
    connection.execute(f"SET allowed_paths = {_list(files)}")
    connection.execute("SET enable_external_access = false")
    for source in sources:
        _make(connection, source)
    connection.execute("SET lock_configuration = true")


def _make(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    columns = ", ".join(f'"{name}"' for name in source.columns)
    typed = ", ".join(f'"{name}" {kind}' for name, kind in source.columns.items())
    if source.view:
        connection.execute(f"CREATE VIEW {source.name} AS {source.view}")
    elif source.files:
        kinds = ", ".join(f"'{name}': {source.columns[name]}" for name in source.folders)
        connection.execute(
            f"CREATE VIEW {source.name} AS SELECT {columns} FROM read_parquet("  # noqa: S608 (names are ours)
            f"{_list(source.files)}, hive_partitioning = true, hive_types = {{{kinds}}})"
        )
    else:
        connection.execute(f"CREATE TABLE {source.name} ({typed})")
    if source.rows:
        shape = ", ".join(f'"{name}":"{kind}"' for name, kind in source.columns.items())
        connection.execute(
            f"INSERT INTO {source.name} SELECT unnest(from_json(?, '[{{{shape}}}]'), recursive := true)",
            [source.rows.decode()],
        )


def _list(texts: list[str]) -> str:
    """A list of texts in SQL."""
    return "[" + ", ".join("'" + text.replace("'", "''") + "'" for text in texts) + "]"
