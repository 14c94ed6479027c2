"""Why calls fail, and what can be done about it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from resources.ledger import Ledger, logs, statistics
from resources.ledger.logs import Entry, Wanted
from resources.ledger.statistics import HOUR_MS, Statistics

_RECENT, _TOP, _READ = 20, 10, 2_000

# What to do about an answer with this status, whatever its kind.
BY_STATUS: Mapping[int, str] = {
    401: "The key is missing, wrong or expired: set HEADWATER_KEY_<ID>.",
    403: "The key does not allow this, or the provider blocks this address: check both.",
    404: "The address is gone: the provider has changed its paths, look into its documentation.",
    410: "The address is gone: the provider has changed its paths, look into its documentation.",
    451: "The provider does not serve this region: use another one of the pool.",
    402: "The plan of the key does not include this: use another plan or another provider.",
}
# What to do about a kind of failure.
BY_KIND: Mapping[str, str] = {
    "rate_limited": "More is sent than the provider allows: lower its limits, or use a key with larger ones.",
    "timeout": "Answers take too long: raise HEADWATER_CALL_DEADLINE, or ask for less at once.",
    "connection": "No whole answer arrives: check the network, the name of the host, and proxies.",
    "server_error": "The provider is disturbed: wait, its breaker closes by itself.",
    "client_error": "The provider refuses our requests: its interface may have changed.",
    "malformed": "Answers cannot be read: the provider has changed its format, or another page answers.",
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`calls` of `provider` failed with `kind`; `action` is what to do."""

    provider: str
    kind: str
    http_status: int | None
    calls: int
    action: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """The failures of some hours. `top` are the providers with most of them, worst first,
    `recent` lines of the logs, newest first, `suggestions` begin with the most frequent."""

    kinds: Mapping[str, int]
    top: list[tuple[str, Statistics]]
    recent: list[Entry]
    suggestions: list[Suggestion]


def failures(ledger: Ledger, hours: int) -> Analysis:
    """What failed in the last hours."""
    found = statistics.by_provider(ledger, hours)
    failing = {name: one for name, one in found.items() if one.failed}
    kinds: Counter[str] = Counter()
    for one in failing.values():
        kinds.update(one.error_types)
    lines = _lines(ledger, hours)
    top = sorted(failing.items(), key=lambda item: (-item[1].failed, item[0]))[:_TOP]
    return Analysis(
        dict(kinds.most_common()), top, lines[:_RECENT], list(_suggestions(failing, lines))
    )


def action_for(kind: str, http_status: int | None) -> str:
    """What to do about calls that fail so; by the status where it says more than the kind."""
    return BY_STATUS.get(http_status or 0) or BY_KIND.get(kind) or BY_KIND["client_error"]


def _lines(ledger: Ledger, hours: int) -> list[Entry]:
    """The newest lines about failed calls, newest first."""
    since = ledger.now() - hours * HOUR_MS
    found = [
        entry
        for kind in ("failure", "rate_limit")
        for entry in logs.read(ledger, Wanted(log_type=kind, start=since), _READ)[0]
    ]
    return sorted(found, key=lambda entry: -entry.id)


def _suggestions(failing: Mapping[str, Statistics], lines: Iterable[Entry]) -> Iterable[Suggestion]:
    """One for each provider and kind of failure, under the status that was seen most."""
    statuses: dict[tuple[str | None, str], Counter[int | None]] = {}
    for entry in lines:
        kind = entry.line.details.get("kind", "")
        seen = statuses.setdefault((entry.line.provider, kind), Counter())
        seen[entry.line.details.get("http_status")] += 1
    kinds = [
        (provider, kind, calls)
        for provider, one in failing.items()
        for kind, calls in one.error_types.items()
    ]
    for provider, kind, calls in sorted(kinds, key=lambda item: (-item[2], item[0], item[1])):
        most = statuses.get((provider, kind), Counter()).most_common(1)
        status = most[0][0] if most else None
        yield Suggestion(provider, kind, status, calls, action_for(kind, status))
