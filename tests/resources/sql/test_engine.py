"""How many statements go at once, and whose."""

import asyncio
import contextlib
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from resources.errors import Busy, InvalidInput
from resources.sql.engine import Bounds, Engine
from resources.sql.wire import Source, Told

_ENDLESS = "SELECT count(*) FROM range(1000000000000000)"
_SOURCE = Source("numbers", {"n": "BIGINT"}, rows=b'[{"n": 1}]')


class _Numbers:
    """One table, whose reading takes until it is told to end."""

    names = ("numbers",)

    def __init__(self) -> None:
        self.reads, self.may_end = threading.Event(), threading.Event()

    def of(self, names: Sequence[str]) -> list[Source]:
        if not names:
            return []
        self.reads.set()
        assert self.may_end.wait(60)
        return [_SOURCE]


def _engine(home: Path, tables: _Numbers, at_once: int) -> Engine:
    return Engine(home, home, tables, Bounds(seconds=60, memory_mb=128, rows=10, at_once=at_once))


@pytest.mark.parametrize(("at_once", "each"), [(1, 1), (2, 1), (3, 2)])
def test_a_caller_leaves_a_place_to_others(tmp_path: Path, at_once: int, each: int) -> None:
    engine = _engine(tmp_path, _Numbers(), at_once)

    async def asked() -> None:
        slow = [asyncio.create_task(engine.ask(_ENDLESS, caller="a")) for _ in range(each)]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await engine.ask("SELECT 1", caller="a")
        if each < at_once:
            assert (await engine.ask("SELECT 1", caller="b")).body == b"[1]"
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        assert (await engine.ask("SELECT 1", caller="a")).body == b"[1]"

    try:
        asyncio.run(asked())
    finally:
        engine.close()


def test_a_statement_has_its_place_as_long_as_its_tables_are_read(tmp_path: Path) -> None:
    tables = _Numbers()
    engine = _engine(tmp_path, tables, 1)

    async def asked() -> None:
        left = asyncio.create_task(engine.ask("FROM numbers", caller="a"))
        assert await asyncio.to_thread(tables.reads.wait, 60)
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)
        with pytest.raises(Busy):
            await engine.ask("SELECT 1", caller="b")
        tables.may_end.set()
        assert (await _answered(engine, "FROM numbers")).body == b"[1]"

    try:
        asyncio.run(asked())
    finally:
        engine.close()


async def _answered(engine: Engine, sql: str) -> Told:
    """The answer, as soon as there is a place."""
    for _ in range(6_000):
        with contextlib.suppress(Busy):
            return await engine.ask(sql, caller="b")
        await asyncio.sleep(0.01)
    raise TimeoutError


@pytest.mark.parametrize("value", [10**23, "\ud800", {"\udfff": 1}])
def test_what_cannot_be_told_to_the_engine_is_invalid_input(tmp_path: Path, value: object) -> None:
    engine = _engine(tmp_path, _Numbers(), 1)
    for _ in range(2):
        with pytest.raises(InvalidInput):
            asyncio.run(engine.ask("SELECT ?", caller="a", parameters=[value]))
    engine.close()
