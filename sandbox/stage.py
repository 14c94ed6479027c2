"""One provider on stage: limits, faults, delay and answer, in the order of real life."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from email.utils import formatdate

from starlette.types import Receive, Scope, Send

from sandbox.damage import DAMAGE
from sandbox.faults import Fault, Faults
from sandbox.limits import Limiter
from sandbox.request import Request
from sandbox.venue import Answer, RequestError, Venue
from sandbox.wire import HUGE, NESTED, PROSE, Connection, Reply, bomb, encode, html

_REMEMBERED = 100
_RETRY_AFTER = {"status_429": 5, "status_418": 120}
_DRIP = 0.05  # seconds between two bytes
_OF_CONNECTION = ("timeout", "reset", "slow_drip", "truncated", "huge", "endless")
_PLAIN = ("huge", "endless", "recursive", "not_json")


@dataclass(slots=True)
class Tally:
    """What came, counted up since the start or the last reset."""

    requests: int = 0
    during_ban: int = 0
    limited: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    last: deque[dict[str, str | int]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def count(self, path: str, outcome: str, now: int) -> None:
        """`outcome` is the status, or the fault of a connection."""
        self.statuses[outcome] += 1
        self.last.append({"at": now, "path": path, "outcome": outcome})


class Stage:
    """Plays one venue. `clock` tells ms since 1970, UTC; `delay` is in seconds."""

    def __init__(
        self, name: str, venue: Venue, faults: Faults, delay: float, clock: Callable[[], int]
    ) -> None:
        self.name = name
        self.tally = Tally()
        self.limiter = Limiter(venue.limits, venue.bans)
        self._venue = venue
        self._faults = faults
        self._delay = delay
        self._clock = clock

    def knows(self, request: Request) -> bool:
        """Whether the venue has an answer to it, all limits and faults apart."""
        try:
            self._ask(request, self._clock())
        except RequestError:
            return False
        return True

    async def play(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        connection = Connection(scope, receive, send)
        answer, fault = self._act(request)
        await asyncio.sleep(self._delay)
        packed = request.gzipped and not (fault and fault.kind in _PLAIN)
        reply = _reply(fault, encode(answer, self._venue.content_type, packed))
        outcome = fault.kind if fault and fault.kind in _OF_CONNECTION else str(reply.status)
        self.tally.count(request.path, outcome, self._clock())
        date = formatdate((self._clock() + _ahead(fault)) / 1_000, usegmt=True)
        await _deliver(connection, fault, replace(reply, headers={**reply.headers, "date": date}))

    def _act(self, request: Request) -> tuple[Answer, Fault | None]:
        """The answer, and the fault that is still to break it on its way."""
        now, clock = self._clock(), time.monotonic()
        self.tally.requests += 1
        self.tally.during_ban += self.limiter.banned(clock)
        refusal = self.limiter.admit(self._venue.weight(request.path, request.query), clock)
        if refusal:
            self.tally.limited += 1
            return self._refused(refusal.status, refusal.wait, now), None
        fault = self._faults.take(self.name, request.text)
        if fault and fault.kind in _RETRY_AFTER:
            return self._limited(fault, now, clock), None
        try:
            answer = self._ask(request, now + _ahead(fault))
        except RequestError as error:
            answer = error.answer
        if fault and fault.kind in DAMAGE and answer.status == 200:
            DAMAGE[fault.kind](answer)
        answer.headers |= self._venue.used(self.limiter.used(clock))
        return answer, fault

    def _ask(self, request: Request, now: int) -> Answer:
        if request.body is None:
            return self._venue.answer(request.path, request.query, now)
        return self._venue.post(request.path, request.body, now)

    def _limited(self, fault: Fault, now: int, clock: float) -> Answer:
        """A 429 or 418 that stays in force for its Retry-After."""
        status = int(fault.kind.removeprefix("status_"))
        wait = _RETRY_AFTER[fault.kind] if fault.retry_after is None else fault.retry_after
        self.limiter.ban(status, wait, clock)
        answer = self._refused(status, wait, now)
        answer.status = status
        if wait:
            answer.headers["retry-after"] = str(wait)
        return answer

    def _refused(self, status: int, wait: int, now: int) -> Answer:
        answer = self._venue.refusal(status, wait, now)
        answer.headers |= self._venue.used(self.limiter.used(time.monotonic()))
        return answer


def _ahead(fault: Fault | None) -> int:
    """How far its clock is ahead, ms."""
    return int(fault.shift * 1_000) if fault and fault.kind == "clock" else 0


def choose(stages: Sequence[Stage], request: Request) -> Stage:
    """Who plays a request that any of these may be meant by: the first that knows it."""
    if len(stages) == 1:
        return stages[0]
    return next((stage for stage in stages if stage.knows(request)), stages[0])


def _reply(fault: Fault | None, reply: Reply) -> Reply:
    match fault:
        case Fault(kind="status_5xx"):
            return html(fault.status)
        case Fault(kind="html_200"):
            return html(200)
        case Fault(kind="gzip_bomb"):
            return bomb()
        case Fault(kind="recursive"):
            return Reply(200, reply.headers, NESTED)
        case Fault(kind="not_json"):
            return Reply(200, reply.headers, PROSE)
    return reply


async def _deliver(connection: Connection, fault: Fault | None, reply: Reply) -> None:
    match fault:
        case Fault(kind="timeout"):
            await connection.hold(fault.seconds)
        case Fault(kind="reset"):
            await connection.reset()
        case Fault(kind="slow_drip"):
            await connection.drip(reply, _DRIP if fault.seconds is None else fault.seconds)
        case Fault(kind="truncated"):
            await connection.truncate(reply, fault.length)
        case Fault(kind="huge"):
            await connection.stream(reply, HUGE, 0.0)
        case Fault(kind="endless"):
            await connection.stream(reply, None, fault.seconds or 0.0)
        case _:
            await connection.send(reply)
