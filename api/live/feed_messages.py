"""What clients of /ws hear of the feeds that are told in pages: market, news and sentiment."""

from collections.abc import Iterable, Mapping, Sequence

from api.live.messages import DataMessage, data_message
from api.params import now_ms
from api.queries import news, overview, sentiment
from api.queries.commits import newest_commits
from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.commits import Commit
from resources.schemas import FEAR_GREED, MARKET_TOTALS, NEWS, SENTIMENT

GROUPS = ("market", "news", "sentiment")
# By table: the group that hears of its commits, and how many commits are read at the start, for
# clients that resume. The newest state says all of what came before; articles are each their own.
_TABLES: Mapping[str, tuple[str, int]] = {
    MARKET_TOTALS.name: ("market", 1),
    SENTIMENT.name: ("sentiment", 1),
    FEAR_GREED.name: ("sentiment", 1),
    NEWS.name: ("news", 50),
}


class FeedMessages:
    """Messages of commits of feeds, in the order of their seq. Blocking."""

    def __init__(self, lake: Lake, ledger: Ledger) -> None:
        self._lake = lake
        self._ledger = ledger
        self._overview = overview.Overview(lake, ledger)

    def of_commits(self, found: Iterable[Commit]) -> list[DataMessage]:
        commits = sorted((c for c in found if c.table in _TABLES), key=lambda commit: commit.seq)
        messages = self._news([commit for commit in commits if commit.table == NEWS.name])
        newest = {_TABLES[c.table][0]: c.seq for c in commits if c.table != NEWS.name}
        if "market" in newest:
            state = overview.market_update(self._overview)
            messages.append(data_message("market", "", newest["market"], state))
        if "sentiment" in newest:
            state = sentiment.mood(self._lake, now_ms())
            messages.append(data_message("sentiment", "", newest["sentiment"], state))
        return sorted(messages, key=lambda message: message.seq)

    def known(self, until: int) -> tuple[list[DataMessage], dict[str, int]]:
        """What clients may still ask for up to the commit `until`; and by group after which commit
        all is held."""
        commits = {
            table: newest_commits(self._ledger, table, until, count)
            for table, (_, count) in _TABLES.items()
        }
        floors = dict.fromkeys(GROUPS, 0)
        for table, (group, count) in _TABLES.items():
            if len(commits[table]) == count:
                floors[group] = max(floors[group], commits[table][0].seq - 1)
        return self.of_commits(c for found in commits.values() for c in found), floors

    def _news(self, found: Sequence[Commit]) -> list[DataMessage]:
        """An article each, under the newest commit that it is of."""
        seqs = {str(key["id"]): commit.seq for commit in found for key in commit.keys}
        if not seqs:
            return []
        periods = sorted({str(key["period"]) for commit in found for key in commit.keys})
        rows = news.with_ids(self._lake, periods, list(seqs))
        return [
            data_message("news", "", seqs[row["id"]], row, mentions=frozenset(row["assets"]))
            for row in rows
        ]
