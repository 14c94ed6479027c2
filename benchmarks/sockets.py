"""What one message to one client costs, beside `websockets.broadcast` doing the same.

    ./dev bench sockets [--clients 1000] [--pace 10] [--seconds 15] [--rounds 3] [--stalled 20]

Another process commits so many price updates a second to a ledger; the service, as
`python -m api` starts it, tells its clients, who are in a process of their own. In turn:
the service, the service with clients that have stopped reading, and a server that calls
`websockets.broadcast` with messages of the same length at the same pace. A delivery is one
message that one client has heard; its CPU is all that the server's process used meanwhile,
the reading of the ledger, pings and heartbeats included. Times go from the commit to the client.

Then all clients come at once, each resuming: the server's CPU for each, and until when all have
what they missed. And 20 kB answers of providers to 100 clients beside --stalled that never
read: how much the server's memory grows, and which part of all messages the others hear.

Targets: 12 µs a delivery (stretch 8), 99 of 100 within 100 ms on a quiet machine; of 20 kB
messages the others hear 95 %, and memory grows by less than 10 MB.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from statistics import mean, median, quantiles

import psutil

from benchmarks.parts import socket_commits
from benchmarks.parts.socket_clients import Where, latencies, run, said
from benchmarks.parts.socket_service import Server, beside, service
from pipelines.processes import free_port

LARGE, LISTENERS = 20_000, 100
# What is on its way when the last commit is made arrives within.
_SETTLE = 1.0


# Starts what commits, and answers whom to ask for what was committed when.
Begin = Callable[[ExitStack], Connection]


@dataclass(frozen=True, slots=True)
class Work:
    """`stalled` sockets beside the clients never read."""

    clients: int
    pace: float
    seconds: float
    stalled: int = 0

    @property
    def commits(self) -> int:
        return round(self.pace * self.seconds)


@dataclass(frozen=True, slots=True)
class Measured:
    """`cpu` in s and memory in MB of the server, `waits` in ms, `length` of a message in bytes."""

    deliveries: int
    expected: int
    cpu: float
    waits: Sequence[float]
    before_mb: float
    peak_mb: float
    length: float
    evicted: int

    @property
    def each(self) -> float:
        """µs of the server's CPU for one message to one client."""
        return 1e6 * self.cpu / self.deliveries


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1_000)
    parser.add_argument("--pace", type=float, default=10.0)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stalled", type=int, default=20)
    parsed = parser.parse_args()
    work = Work(parsed.clients, parsed.pace, parsed.seconds)
    slow = Work(parsed.clients, parsed.pace, parsed.seconds, parsed.stalled)
    print(f"{work.clients} clients, {work.pace:g} commits a second for {work.seconds:g} s")
    measured: dict[str, list[Measured]] = {}
    for _ in range(parsed.rounds):
        ours = of_prices(work)
        rivals = {
            "headwater": ours,
            f"headwater, {parsed.stalled} stalled": of_prices(slow),
            "websockets.broadcast": of_broadcast(work, round(ours.length)),
        }
        for name, one in rivals.items():
            measured.setdefault(name, []).append(one)
    print(table(measured))
    print(at_once(parsed.clients))
    large = of_answers(Work(LISTENERS, parsed.pace, 30, parsed.stalled))
    share, growth = large.deliveries / large.expected, large.peak_mb - large.before_mb
    print(
        f"{LARGE // 1000} kB messages to {LISTENERS} clients, {parsed.stalled} stalled: the others "
        f"heard {share:.1%}, memory grew {growth:.1f} MB, {large.evicted} were closed"
    )


def table(measured: dict[str, list[Measured]]) -> str:
    """Medians of the rounds; waits are of all rounds."""
    head = f"{'':26} {'µs each':>8} {'ratio':>6} {'p50 ms':>7} {'p99 ms':>7} {'heard':>7} {'MB':>5}"
    lines, base = [head], median(one.each for one in list(measured.values())[-1])
    for name, rounds in measured.items():
        each = median(one.each for one in rounds)
        cuts = quantiles([wait for one in rounds for wait in one.waits], n=100)
        heard = sum(one.deliveries for one in rounds) / sum(one.expected for one in rounds)
        peak = max(one.peak_mb for one in rounds)
        lines.append(
            f"{name:26} {each:8.1f} {each / base:6.2f} {cuts[49]:7.1f} {cuts[98]:7.1f} "
            f"{heard:7.1%} {peak:5.0f}"
        )
    return "\n".join(lines)


def of_prices(work: Work) -> Measured:
    """Price updates of the service."""
    with service() as server:
        where = Where(server.port, "/ws", work.clients)
        commit = partial(socket_commits.prices, url=server.url, pace=work.pace, count=work.commits)
        return _measured(server, where, work.stalled, _another_process(commit))


def of_answers(work: Work) -> Measured:
    """Large answers of providers, of the service."""
    with service() as server:
        where = Where(server.port, "/api/v2/ws", work.clients, (said(type="subscribe_all"),))
        commit = partial(
            socket_commits.answers, url=server.url, pace=work.pace, count=work.commits, size=LARGE
        )
        return _measured(server, where, work.stalled, _another_process(commit))


def of_broadcast(work: Work, length: int) -> Measured:
    port = free_port()
    with beside(partial(socket_commits.rival, port=port)) as (rival, pid):
        rival.recv()

        def begin(_stack: ExitStack) -> Connection:
            rival.send((work.pace, work.commits, length))
            return rival

        server = Server(port, psutil.Process(pid))
        return _measured(server, Where(port, "/", work.clients), 0, begin)


def at_once(clients: int) -> str:
    """What it is to have everybody back at the same time."""
    with service() as server:
        assets = len(socket_commits.ASSETS)
        with beside(partial(socket_commits.prices, url=server.url, pace=100, count=assets)) as (
            writer,
            _,
        ):
            writer.recv()
        time.sleep(_SETTLE)
        resume = (said(type="resume", channel="prices", after=0),)
        where = Where(server.port, "/ws", clients, resume, at_once=clients)
        used, began = server.cpu(), time.monotonic_ns()
        with beside(partial(run, where=where)) as (listeners, _):
            listeners.recv()
            time.sleep(2 * _SETTLE)
            listeners.send("stop")
            heard = listeners.recv()
        each = 1e3 * (server.cpu() - used) / clients
        seconds = (max(heard.times) - began) / 1e9
    if len(heard.seqs) != clients * assets:
        raise SystemExit(f"{len(heard.seqs)} messages of {clients * assets} were resumed")
    return (
        f"{clients} clients at once: all had resumed after {seconds:.1f} s, "
        f"{each:.2f} ms of the server's CPU each"
    )


def _measured(server: Server, where: Where, stalled: int, begin: Begin) -> Measured:
    """What a server used while commits were made and heard."""
    with ExitStack() as stack:
        groups = [where, *([where.that_stall(stalled)] if stalled else [])]
        listeners = [stack.enter_context(beside(partial(run, where=one)))[0] for one in groups]
        for one in listeners:
            one.recv()
        time.sleep(_SETTLE)
        before, used = server.mb(), server.cpu()
        writer = begin(stack)
        peak = before
        while not writer.poll(0.2):
            peak = max(peak, server.mb())
        committed = writer.recv()
        time.sleep(_SETTLE)
        used, peak = server.cpu() - used, max(peak, server.mb())
        evicted = server.evicted() if stalled else 0
        listeners[0].send("stop")
        heard = listeners[0].recv()
    if heard.fallen:
        raise SystemExit(f"the seq of {heard.fallen} messages had fallen")
    waits, expected = latencies(heard, committed), len(committed) * where.clients
    return Measured(len(waits), expected, used, waits, before, peak, mean(heard.lengths), evicted)


def _another_process(commit: Callable[[Connection], None]) -> Begin:
    return lambda stack: stack.enter_context(beside(commit))[0]


if __name__ == "__main__":
    main()
