"""The service's side: statements in turn, each in a fork that lives as long as its answer takes."""

import asyncio
import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec

from resources.errors import (
    Busy,
    InvalidInput,
    StatementTooLarge,
    StatementTooSlow,
    StoreUnavailable,
)
from resources.processes import MARK
from resources.sql.wire import HEAD, Form, Question, Refused, Said, Source, Told, Wants, framed

# Bytes of an answer: it is held while it is sent.
MOST_BYTES = 32_000_000
# How long one more than may be is told to wait, and the program that forks may take to end.
_LATER = 2.0
_ENDING = 5.0
_ROOT = Path(__file__).parents[2]

Parameters = list[Any] | dict[str, Any] | None


class Tables(Protocol):
    """What may be read."""

    @property
    def names(self) -> Sequence[str]: ...

    def of(self, names: Sequence[str]) -> list[Source]:
        """Where the rows of these tables are now."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a statement may take: time, memory, rows of its answer; and how many go at once."""

    seconds: float
    memory_mb: int
    rows: int
    at_once: int


class Engine:
    """Answers statements over `tables`, whose files lie below `root`. The program that forks is
    started when the first statement comes, and again when it is gone."""

    def __init__(self, home: Path, root: Path, tables: Tables, bounds: Bounds) -> None:
        self.bounds = bounds
        self._tables = tables
        self._home = home
        self._root = root
        self._going: Counter[str] = Counter()
        self._starting = threading.Lock()
        self._program: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    async def ask(
        self,
        sql: str,
        *,
        caller: str,
        form: Form = "json",
        parameters: Parameters = None,
        rows: int | None = None,
    ) -> Told:
        """The answer, of at most `rows` rows where that is less than the bounds say.

        A task that is cancelled ends the process of its statement. Raises InvalidInput for what
        is no SELECT over these tables, StatementTooSlow, StatementTooLarge, StoreUnavailable, and
        Busy where as many go as may, of all callers or of this one.
        """
        question = self._question(sql, form, parameters, rows)
        with contextlib.ExitStack() as place:
            place.enter_context(self._place(caller))
            try:
                async with asyncio.timeout(self.bounds.seconds):
                    return await self._ask(question, place)
            except TimeoutError as error:
                raise StatementTooSlow(
                    f"the statement took longer than {self.bounds.seconds:g} s"
                ) from error

    def close(self) -> None:
        """End the program, and with it whatever still goes."""
        with self._starting:
            self._end()

    def _question(self, sql: str, form: Form, parameters: Parameters, rows: int | None) -> bytes:
        bounds = self.bounds
        question = Question(
            sql=sql,
            parameters=parameters,
            form=form,
            rows=min(rows or bounds.rows, bounds.rows),
            seconds=bounds.seconds,
            memory_mb=bounds.memory_mb,
            most_bytes=MOST_BYTES,
            root=str(self._root),
            tables=list(self._tables.names),
        )
        try:
            return framed(question)
        except (OverflowError, UnicodeEncodeError, RecursionError) as error:
            reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
            raise InvalidInput(
                f"the statement, or a parameter, cannot be read: {reason}"
            ) from error

    @contextlib.contextmanager
    def _place(self, caller: str) -> Iterator[None]:
        """One among those that go; a caller leaves one to others where there are several."""
        going, most = self._going.total(), self.bounds.at_once
        if going >= most or self._going[caller] >= max(most - 1, 1):
            not_before = round((time.time() + _LATER) * 1000)
            whose = f"{going} statements" if going >= most else f"{self._going[caller]} of yours"
            raise Busy(f"{whose} go already, as many as may", not_before)
        self._going[caller] += 1
        try:
            yield
        finally:
            self._going[caller] -= 1
            if not self._going[caller]:
                del self._going[caller]

    async def _sources(self, names: Sequence[str], place: contextlib.ExitStack) -> list[Source]:
        reading = asyncio.ensure_future(asyncio.to_thread(self._tables.of, names))
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            # Nobody can end the thread, which keeps the place as long as it reads.
            kept = place.pop_all()
            reading.add_done_callback(lambda _: kept.close())
            raise

    async def _ask(self, question: bytes, place: contextlib.ExitStack) -> Told:
        async with self._fork() as (reader, writer):
            try:
                writer.write(question)
                said = await _next(reader)
                if isinstance(said, Wants):
                    sources = await self._sources(said.tables, place)
                    writer.write(framed(sources))
                    await writer.drain()
                    said = await _next(reader)
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                # What the kernel ends says nothing.
                raise StatementTooLarge(
                    f"the engine ended without an answer: {self.bounds.memory_mb} MB of memory are "
                    "what a statement may take"
                ) from error
        if isinstance(said, Told):
            return said
        raise _error(said)

    @contextlib.asynccontextmanager
    async def _fork(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        mine, its = socket.socketpair()
        with contextlib.ExitStack() as failing:
            failing.callback(mine.close)
            with its:
                await self._hand_over(its)
            reader, writer = await asyncio.open_unix_connection(sock=mine)
            failing.pop_all()
        try:
            yield reader, writer
        finally:
            # It sees the end of the connection, and ends.
            writer.transport.abort()

    async def _hand_over(self, its: socket.socket) -> None:
        for _ in range(2):
            control = await asyncio.to_thread(self._running)
            # Never in a thread: a task that is cancelled closes what the thread still sends.
            if _sent(control, its):
                return
            await asyncio.to_thread(self._gone, control)
        raise StoreUnavailable("the engine of statements cannot be started")

    def _running(self) -> socket.socket:
        """What the program listens to; starts it where there is none."""
        with self._starting:
            if self._control is None:
                self._control = self._start()
            return self._control

    def _gone(self, control: socket.socket) -> None:
        with self._starting:
            if self._control is control:
                self._end()

    def _start(self) -> socket.socket:
        mine, its = socket.socketpair()
        with its:
            self._program = subprocess.Popen(
                [sys.executable, "-P", "-m", "resources.sql.forks"],
                stdin=its.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # Nothing of ours: an environment may hold keys.
                env={MARK: str(self._home), "PYTHONPATH": str(_ROOT)},
                start_new_session=True,
            )
        return mine

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._program is not None:
            try:
                self._program.wait(_ENDING)
            except subprocess.TimeoutExpired:
                self._program.kill()
                self._program.wait()
            self._program = None


def _sent(control: socket.socket, descriptor: socket.socket) -> bool:
    try:
        socket.send_fds(control, [b"\0"], [descriptor.fileno()])
    except OSError:
        return False
    return True


async def _next(reader: asyncio.StreamReader) -> Said:
    (length,) = HEAD.unpack(await reader.readexactly(HEAD.size))
    said: Said = msgspec.msgpack.decode(await reader.readexactly(length), type=Said)
    return said


def _error(said: Said) -> Exception:
    if not isinstance(said, Refused):
        return StatementTooLarge("the engine ended without an answer")
    if said.why == "store":
        return StoreUnavailable(said.reason)
    return InvalidInput(said.reason) if said.why == "invalid" else StatementTooLarge(said.reason)
