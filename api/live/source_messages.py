"""What clients of the data sources hear of commits, and may have missed."""

from collections.abc import Iterable, Sequence

from api.answers import now_iso
from api.live.messages import SCHEDULES, SNAPSHOTS, DataMessage, numbered
from api.queries import schedules as schedule_queries
from api.queries import snapshots as snapshot_queries
from api.queries.commits import newest_commits
from resources.ledger import Ledger, provider_schedules, snapshots
from resources.ledger.commits import Commit
from resources.ledger.snapshots import Snapshot
from resources.schedules import Schedules

# A larger answer is told of without its data, which can be asked for.
_LARGEST = 100_000
# How far back a client can resume: its outbox holds 2 MiB.
_MOST_TEXT = 1_500_000
_MOST_MISSED = 500


class SourceMessages:
    """Messages of the snapshots and schedules of a ledger; `mode` is sandbox or live. Blocking."""

    def __init__(self, ledger: Ledger, schedules: Schedules, mode: str) -> None:
        self._ledger = ledger
        self._schedules = schedules
        self._mode = mode

    def of_commits(self, found: Iterable[Commit]) -> list[DataMessage]:
        """In the order of their seq."""
        commits = list(found)
        seqs = [commit.seq for commit in commits if commit.table == snapshots.TABLE]
        stored = snapshots.of_commits(self._ledger, seqs, _LARGEST) if seqs else []
        edited = [commit for commit in commits if commit.table == provider_schedules.TABLE]
        messages = [*map(self._update, stored), *self._schedule_updates(edited)]
        return sorted(messages, key=lambda message: message.seq)

    def missed(
        self, group: str, after: int, until: int, wanted: frozenset[str] | None
    ) -> tuple[list[DataMessage], int]:
        """What came in (after, until] of the providers wanted (None: of all), oldest first.

        And the smallest seq that is held: where that is beyond `after` + 1 the list is not whole.
        """
        if group == SCHEDULES:
            newest = newest_commits(self._ledger, provider_schedules.TABLE, until, _MOST_MISSED)
            oldest = newest[0].seq if len(newest) == _MOST_MISSED else 0
            return self._schedule_updates([c for c in newest if c.seq > after]), oldest
        stored = snapshots.newest_since(self._ledger, after, until, wanted, _MOST_MISSED, _LARGEST)
        # Of the oldest commit there may be more.
        oldest = stored[-1].seq + 1 if len(stored) == _MOST_MISSED else 0
        messages, length = [], 0
        for one in stored:
            message = self._update(one)
            length += len(message.text)
            if length > _MOST_TEXT:
                oldest = one.seq + 1
                break
            messages.append(message)
        return [message for message in reversed(messages) if message.seq >= oldest], oldest

    def _update(self, snapshot: Snapshot) -> DataMessage:
        row = snapshot_queries.to_row(snapshot, self._mode, _LARGEST)
        return numbered(SNAPSHOTS, snapshot.answered.provider, snapshot.seq, row)

    def _schedule_updates(self, edited: Sequence[Commit]) -> list[DataMessage]:
        """One message per provider, with its schedule as it holds now, under its newest commit."""
        seqs = {str(key["provider"]): commit.seq for commit in edited for key in commit.keys}
        messages = []
        for provider, seq in seqs.items():
            if (schedule := self._schedules.one(provider)) is not None:
                row = {"schedule": schedule_queries.to_row(schedule), "timestamp": now_iso()}
                messages.append(numbered(SCHEDULES, provider, seq, row))
        return sorted(messages, key=lambda message: message.seq)
