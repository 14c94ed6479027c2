"""The one tail of the ledger in this process: commits become messages."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from api.live.feed_messages import FeedMessages
from api.live.hub import Hub
from api.live.messages import DataMessage, data_message
from api.live.pause import pause
from api.live.source_messages import SourceMessages
from api.queries import candles, prices
from api.queries.commits import newest_commits
from api.queries.monitoring import alert_row
from resources.errors import StoreUnavailable
from resources.lake import Lake
from resources.ledger import Ledger, alerts, commits
from resources.ledger.commits import Commit
from resources.schemas import CANDLES, PRICES

_log = logging.getLogger(__name__)
_EVERY = 0.02
# So that a ledger that everybody writes to is not read all the time.
_BETWEEN_READS = 0.04
_AFTER_FAILURE = 1.0
# How many commits are read at the start, for clients that resume: those of candles are large.
_CANDLE_COMMITS = 50
_PRICE_COMMITS = 300
_ALERT_COMMITS = 300
# While the lake cannot be read, commits wait here, and beyond that in the ledger.
_MOST_PENDING = 2_000


class LiveTail:
    """Follows the commits of all processes and publishes them to a hub.

    `follow` hears of them first, each time that it looks.
    """

    def __init__(
        self,
        ledger: Ledger,
        lake: Lake,
        hub: Hub,
        sources: SourceMessages,
        follow: Callable[[Sequence[Commit]], None],
    ) -> None:
        self._ledger = ledger
        self._follow = follow
        self._sources = sources
        self._feeds = FeedMessages(lake, ledger)
        self._lake = lake
        self._hub = hub
        self._tail = commits.Tail(ledger, 0)
        self._pending: list[Commit] = []
        self._shown: dict[str, str] = {}

    def remember(self) -> None:
        """Start after the newest commit, with what clients may still ask for; blocking."""
        seq = commits.newest_seq(self._ledger)
        self._tail = commits.Tail(self._ledger, seq)
        of_candles = newest_commits(self._ledger, CANDLES.name, seq, _CANDLE_COMMITS)
        of_prices = newest_commits(self._ledger, PRICES.name, seq, _PRICE_COMMITS)
        of_alerts = newest_commits(self._ledger, alerts.TABLE, seq, _ALERT_COMMITS)
        of_feeds, after = self._feeds.known(seq)
        after["candles"] = _floor(of_candles, _CANDLE_COMMITS)
        after["alerts"] = _floor(of_alerts, _ALERT_COMMITS)
        self._hub.begin(seq, after)
        self._hub.remember(of_feeds)
        self._hub.remember(self._alerts(of_alerts))
        self._hub.remember(self._candles(of_candles))
        self._hub.remember(self._prices(of_prices, everything=True))

    async def run(self, stop: asyncio.Event) -> None:
        """Look fifty times a second, and read where there is something, until `stop` is set."""
        while not stop.is_set():
            wait = _EVERY
            try:
                if self._pending or self._tail.has_news():
                    wait = _BETWEEN_READS
                    self._hub.publish(await asyncio.to_thread(self._collect))
                else:
                    self._follow(())
            except StoreUnavailable as error:
                _log.warning("new commits wait: %s", error)
                wait = _AFTER_FAILURE
            await pause(wait, stop)

    def _collect(self) -> list[DataMessage]:
        """The messages of what was committed since the last call."""
        if len(self._pending) < _MOST_PENDING:
            news = self._tail.poll()
            # Before anybody is told of them, and of none too: who follows knows that we look.
            self._follow(news)
            self._pending += news
        if not self._pending:
            return []
        found = [
            *self._candles(c for c in self._pending if c.table == CANDLES.name),
            *self._alerts([c for c in self._pending if c.table == alerts.TABLE]),
            *self._feeds.of_commits(self._pending),
            *self._sources.of_commits(self._pending),
            # Last: what it has noted as shown would not be found again, were another to fail.
            *self._prices([c for c in self._pending if c.table == PRICES.name]),
        ]
        self._pending = []
        return sorted(found, key=lambda message: message.seq)

    def _candles(self, found: Iterable[Commit]) -> list[DataMessage]:
        keyed = [(commit.seq, key) for commit in found for key in commit.keys]
        rows = candles.newest_rows(self._lake, (key for _, key in keyed))
        named = (
            (seq, (str(key["symbol"]), str(key["interval"]), int(key["newest"])))
            for seq, key in keyed
        )
        return [
            data_message("candles", name[0], seq, rows[name]) for seq, name in named if name in rows
        ]

    def _alerts(self, found: Sequence[Commit]) -> list[DataMessage]:
        seqs = {int(key["id"]): commit.seq for commit in found for key in commit.keys}
        told = alerts.with_ids(self._ledger, list(seqs)) if seqs else {}
        return [
            data_message("alerts", alert.news.provider or "", seqs[one], alert_row(alert))
            for one, alert in sorted(told.items())
        ]

    def _prices(self, found: Sequence[Commit], *, everything: bool = False) -> list[DataMessage]:
        """One message per symbol, under its newest commit; `everything` adds symbols whose
        commit is too old to be read, under the oldest number that was."""
        seqs = {str(key["symbol"]): commit.seq for commit in found for key in commit.keys}
        if not seqs:
            return []
        rows = prices.newest(self._ledger, None if everything else list(seqs))
        oldest = found[0].seq
        messages = []
        for symbol, row in rows.items():
            # A backfill of prices names symbols whose newest price stays what it was.
            if self._shown.get(symbol) != row["at"]:
                self._shown[symbol] = row["at"]
                messages.append(data_message("prices", symbol, seqs.get(symbol, oldest), row))
        return sorted(messages, key=lambda message: message.seq)


def _floor(found: Sequence[Commit], count: int) -> int:
    """After which commit all are among the newest `count`, which were found."""
    return 0 if len(found) < count else found[0].seq - 1
