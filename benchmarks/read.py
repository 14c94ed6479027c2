"""Three reads of a lake that another process writes to, beside DuckDB over the same files.

    ./dev bench read [--symbols 100] [--length 8016] [--interval 1h] [--rounds 150] [--beside 0]
                     [--appended SYMBOLS] [--pause 1]

The last 500 candles of a market, 30 days of it, and the newest price of 10 assets, from the
question to the JSON of the rows, while another process stores one hour more of every market
and one more price of every asset each second. In turn, each in a process of its own: ours, as
the API reads (without HTTP); DuckDB over all files of the newest Delta version, its WHERE naming
the partitions; and DuckDB handed only the files of those partitions. All must give the same
rows. Our newest prices come from the ledger, DuckDB's from the table of prices.

How much a larger lake costs: `--beside 10` asks the same of a lake of 10 markets of the same
length, to which the same is appended; `--appended 500` writes to so many markets.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from benchmarks.klines_server import HOUR, symbols
from benchmarks.measure import Timings, timed, timings_table
from benchmarks.parts.duckdb_reads import Duck
from benchmarks.parts.ours_reads import Ours
from benchmarks.written_lake import ASSETS, Shape, fill, opened, writing
from resources.ledger.commits import newest_seq
from resources.market import Interval
from resources.plan import Window
from resources.schemas import CANDLES

READERS: Mapping[str, Callable[[Path, Interval], object]] = {
    "ours": Ours,
    "DuckDB": partial(Duck, chosen=False),
    "DuckDB, files chosen": partial(Duck, chosen=True),
}
READS = {
    "last": "last 500 candles",
    "between": "30 days of candles",
    "newest": "newest of 10 prices",
}

Question = tuple[str, tuple[Any, ...]]  # a method of a reader, and its arguments


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=100)
    parser.add_argument("--length", type=int, default=8016)
    parser.add_argument("--interval", type=Interval, default=Interval.H1)
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--beside", type=int, default=0)
    parser.add_argument("--appended", type=int)
    parser.add_argument("--pause", type=float, default=1.0)
    parsed = parser.parse_args()
    print("./dev bench read " + " ".join(sys.argv[1:]))
    sizes = [count for count in (parsed.symbols, parsed.beside) if count]
    measured = []
    for count in sizes:
        shape = Shape(symbols(count), parsed.interval, parsed.length)
        appended = replace(shape, symbols=symbols(parsed.appended or parsed.symbols))
        with tempfile.TemporaryDirectory() as home:
            measured.append(compare(Path(home), shape, appended, parsed.pause, parsed.rounds))
    for read in READS if parsed.beside else ():
        large, small = (median(costs[read]["ours"].cpu) for costs in measured)
        print(f"ours, {READS[read]}: {large / small:.2f} times the CPU of the smaller lake")


def compare(
    home: Path, shape: Shape, appended: Shape, pause: float, rounds: int
) -> dict[str, dict[str, Timings]]:
    lake, ledger = opened(home)
    fill(lake, ledger, shape)
    costs = {read: {who: Timings() for who in READERS} for read in READS}
    files, seq, checked = len(lake.files(CANDLES)), newest_seq(ledger), 0
    with ExitStack() as stack:
        readers = [
            (who, stack.enter_context(_answering(who, home, shape.interval))) for who in READERS
        ]
        stack.enter_context(writing(home, appended, pause))
        while newest_seq(ledger) == seq:
            time.sleep(0.05)
        for number in range(rounds):
            first = number % len(readers)
            turn = dict(readers[first:] + readers[:first])
            for question in _questions(number, shape):
                checked += _ask(turn, question, costs[question[0]])
        commits = newest_seq(ledger) - seq
    print(f"\n{shape.rows:,} candles of {shape.interval}, {len(shape.symbols)} markets")
    print(timings_table({READS[read]: timings for read, timings in costs.items()}))
    print("ratio: CPU as a multiple of ours")
    print(f"{commits} commits meanwhile, candles from {files} files to {len(lake.files(CANDLES))}; "
          f"{checked} rows compared, all equal")  # fmt: skip
    ledger.close()
    return costs


def _questions(number: int, shape: Shape) -> list[Question]:
    """What one round asks: of another market and other assets each time."""
    market = f"{shape.symbols[number * 37 % len(shape.symbols)]}/USDT"
    assets = sorted(ASSETS[(number + k) % len(ASSETS)] for k in range(10))
    month = Window(shape.end - 30 * 24 * HOUR, shape.end)
    return [("last", (market,)), ("between", (market, month)), ("newest", (assets,))]


def _ask(
    readers: Mapping[str, Connection], question: Question, costs: Mapping[str, Timings]
) -> int:
    """All readers in turn; how many rows they agree on.

    Asked again where they differ, since a commit may lie between two of them.
    """
    for _ in range(20):
        answers = []
        for who, reader in readers.items():
            reader.send(question)
            answer, cpu, wall = reader.recv()
            costs[who].add(cpu, wall)
            answers.append(msgspec.json.decode(answer))
        if all(other == answers[0] for other in answers):
            return len(answers[0])
    raise SystemExit(f"the answers to {question} differ")


@contextmanager
def _answering(who: str, home: Path, interval: Interval) -> Iterator[Connection]:
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_answer, args=(there, who, home, interval), daemon=True)
    process.start()
    try:
        yield here
    finally:
        process.terminate()
        process.join()


def _answer(connection: Connection, who: str, home: Path, interval: Interval) -> None:
    reader = READERS[who](home, interval)
    while True:
        read, arguments = connection.recv()
        connection.send(timed(partial(getattr(reader, read), *arguments)))


if __name__ == "__main__":
    main()
