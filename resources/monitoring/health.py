"""Whether providers work: who has not been heard lately is asked, one after another."""

import asyncio
import zlib
from collections import Counter
from collections.abc import Iterable

from resources.errors import (
    BreakerOpen,
    BudgetExhausted,
    InvalidInput,
    KeyMissing,
    NotCalled,
    ProviderError,
    RateLimited,
)
from resources.http.client import Client
from resources.ledger import Ledger, health, statistics
from resources.ledger.health import Finding, Health
from resources.ledger.statistics import Statistics
from resources.providers.base import Provider

INTERVAL_MS = 300_000
# A run of the checks keeps a process busy that long: less than half of the interval, so that
# other runs have room, and still three calls a second for hundreds of providers.
SPREAD_SECONDS = 120.0

# How much of a limit the checks may use: a provider that allows little is asked less often.
SHARE = 0.1
SLOW_MS = 3_000
FAILED_CHECKS = 3
_FAILING_SHARE, _FAILING_CALLS, _FAILING_MS = 0.2, 5, 900_000
_AT_ONCE = 4
_SLACK_MS = 60_000
_PAGES = (b"<!doctype", b"<html")


def interval_of(provider: Provider) -> int:
    """Ms between two checks: five minutes, or more where that would use over a tenth of a limit."""
    weight = call.weight if (call := provider.health_call) else 1
    tight = [weight * limit.seconds * 1000 / (limit.amount * SHARE) for limit in provider.limits]
    return round(max(INTERVAL_MS, *tight, 0))


def judge(found: Finding, recent: Statistics, now: int) -> Finding:
    """What a provider that has answered is: degraded where it took more than 3 s, or where a
    fifth of at least five calls of this hour failed, the last within a quarter of an hour."""
    if found.response_ms is not None and found.response_ms > SLOW_MS:
        slow = f"an answer took {found.response_ms / 1000:.1f} s"
        return Finding("degraded", found.response_ms, slow)
    failing = recent.failed >= _FAILING_SHARE * recent.total and recent.total >= _FAILING_CALLS
    if failing and (recent.last_failure_at or 0) > now - _FAILING_MS:
        share = f"{recent.failed} of {recent.total} calls of this hour failed"
        return Finding("degraded", found.response_ms, share)
    return found


async def check_one(client: Client, ledger: Ledger, provider: Provider) -> Health | None:
    """Ask a provider's health call now; None where nothing is known of it afterwards.

    `online`: it answered well. `degraded`: slowly, or with failures lately (see `judge`), or
    it limits us, or a check has failed. `offline`: its breaker is open, or three checks in a
    row have failed, or could not be made. A provider whose key is missing, or whose budget is used up, is not
    asked and stays what it was.
    """
    known = await asyncio.to_thread(health.read, ledger, provider.id)
    call = provider.health_call
    if call is None:
        return known
    try:
        answer = await client.get(provider, call, sound, max_wait=0)
    except KeyMissing:
        return known
    except BreakerOpen as error:
        failures = known.finding.failures if known else 0
        found = Finding("offline", None, str(error), failures)
    except RateLimited as error:
        found = Finding("degraded", None, str(error))
    except BudgetExhausted as error:
        if not client.blocked_until(provider):
            return known
        found = Finding("degraded", None, str(error))
    except (ProviderError, NotCalled, InvalidInput) as error:
        # Also a key or limits with which it cannot be asked: its own fault, and no end of a run.
        failures = (known.finding.failures if known else 0) + 1
        status: health.Status = "offline" if failures >= FAILED_CHECKS else "degraded"
        found = Finding(status, None, str(error), failures)
    else:
        found = Finding("online", answer.fetched_at - answer.sent_at)
        recent = await asyncio.to_thread(statistics.of_provider, ledger, provider.id, 0)
        found = judge(found, recent, await asyncio.to_thread(ledger.now))
    return await asyncio.to_thread(health.note, ledger, provider, found)


async def check_all(
    client: Client,
    ledger: Ledger,
    providers: Iterable[Provider],
    *,
    spread: float = SPREAD_SECONDS,
) -> dict[str, int]:
    """Check every provider once, spread over `spread` seconds, each at its own time.

    Who has answered a call within five minutes is not asked: that call is the check. Nor is
    one that allows so little that a tenth of it was used for checks already.
    Returns how many are in each state. Raises StoreUnavailable.
    """
    chosen = sorted(providers, key=lambda provider: zlib.crc32(provider.id.encode()))
    gate = asyncio.Semaphore(_AT_ONCE)

    async def check(position: int, provider: Provider) -> Health | None:
        await asyncio.sleep(spread * position / len(chosen))
        async with gate:
            heard = await asyncio.to_thread(_heard, client, ledger, provider)
            return heard or await check_one(client, ledger, provider)

    tasks = [asyncio.create_task(check(*numbered)) for numbered in enumerate(chosen)]
    try:
        found = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    return dict(Counter(one.finding.status if one else "unknown" for one in found))


def _heard(client: Client, ledger: Ledger, provider: Provider) -> Health | None:
    """The health of a provider that need not be asked: it has answered lately and not failed
    since, or little of what it allows is for checks. None where it must be asked, or may not
    be called."""
    if client.blocked_until(provider):
        return None
    lately = statistics.of_provider(ledger, provider.id, 1)
    now = ledger.now()
    works = (lately.last_success_at or 0) > max(now - INTERVAL_MS, lately.last_failure_at or 0)
    if not works:
        known, interval = health.read(ledger, provider.id), interval_of(provider)
        # A run of the checks is never quite as late as the one before.
        fresh = known is not None and known.checked_at > now - interval + _SLACK_MS
        return known if fresh and interval > INTERVAL_MS else None
    median = lately.percentile(0.5)
    found = Finding("online", None if median is None else round(median))
    recent = statistics.of_provider(ledger, provider.id, 0)
    return health.note(ledger, provider, judge(found, recent, now))


def sound(body: bytes) -> None:
    """Raises ValueError over an answer that shows that something else answered."""
    start = body[:64].lstrip().lower()
    if not start or start.startswith(_PAGES):
        raise ValueError("the answer is empty" if not start else "the answer is a web page")
