"""What has happened, as the commits of the ledger tell it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from resources.cadence import CADENCES
from resources.ledger import Ledger, alerts, latest, snapshots
from resources.ledger.alerts import Alert
from resources.ledger.commits import Commit
from resources.plan import OHLCV_ASSET, PRICES_ASSET
from resources.schemas import FEED_TABLES, PRICE_OBSERVATIONS, PRICES, SENTIMENT, TABLES
from resources.webhooks.filter import Occurrence

_DOLLAR = "USD"
# A body names no more symbols; `symbol_count` says how many there are.
_SYMBOLS = 100

# By table of the lake: the feed that it is of.
FEED_OF: Mapping[str, str] = {
    **dict.fromkeys(TABLES, OHLCV_ASSET),
    PRICES.name: PRICES_ASSET,
    PRICE_OBSERVATIONS.name: PRICES_ASSET,
    SENTIMENT.name: "sentiment",
    **{table.name: feed for feed, tables in FEED_TABLES.items() for table in tables},
}
FEEDS = tuple(sorted({*FEED_OF.values(), *CADENCES}))


def occurrences(ledger: Ledger, found: Sequence[Commit]) -> Iterator[tuple[int, Occurrence]]:
    """(seq, what happened) in the order of the commits; alerts of webhooks are none, lest they
    tell of each other, nor is a look at a provider that failed."""
    ids = [int(key["id"]) for one in found if one.table == alerts.TABLE for key in one.keys]
    told = alerts.with_ids(ledger, ids) if ids else {}
    seqs = [one.seq for one in found if one.table == snapshots.TABLE]
    answered = {(one.seq, one.answered.provider) for one in snapshots.of_commits(ledger, seqs, 0)}
    for commit in found:
        if commit.table in FEED_OF:
            yield commit.seq, _of_feed(commit)
        elif commit.table == snapshots.TABLE:
            for key in commit.keys:
                provider = str(key["provider"])
                if (commit.seq, provider) not in answered:
                    continue
                data = {"provider": provider, "seq": commit.seq}
                yield commit.seq, Occurrence("api_update", commit.at, data, provider)
        elif commit.table == alerts.TABLE:
            for key in commit.keys:
                if alert := told.get(int(key["id"])):
                    yield from ((commit.seq, one) for one in _of_alert(alert))


def prices_of(ledger: Ledger, symbols: Sequence[str]) -> dict[str, tuple[float, int]]:
    """(price in USD, its time in ms) of each of these assets that has one."""
    rows = latest.read_prices(ledger, symbols) if symbols else {}
    return {
        symbol: (float(row["price"]), int(row["at"]))
        for symbol, row in rows.items()
        if row["quote"] == _DOLLAR
    }


def priced(found: Sequence[Commit]) -> int | None:
    """The seq of the newest commit of prices, None where there is none."""
    return max((one.seq for one in found if one.table == PRICES.name), default=None)


def body_of(delivery: str, webhook: str, event: str, at: int, data: Mapping[str, Any]) -> str:
    """A delivery as it is sent: {"id":"9f2c…","event":"alert","created_at":"2026-10-05T12:00:00Z",
    "webhook_id":"5b1e…","data":{…}}."""
    told = {
        "id": delivery,
        "event": event,
        "created_at": iso(at),
        "webhook_id": webhook,
        "data": data,
    }
    return json.dumps(told, separators=(",", ":"), default=str)


def iso(ms: int) -> str:
    text = datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace(".000", "").replace("+00:00", "Z")


def _of_feed(commit: Commit) -> Occurrence:
    feed = FEED_OF[commit.table]
    symbols = tuple(sorted({str(key["symbol"]) for key in commit.keys if "symbol" in key}))
    data = {
        "feed": feed,
        "table": commit.table,
        "rows": commit.rows,
        "seq": commit.seq,
        "symbols": symbols[:_SYMBOLS],
        "symbol_count": len(symbols),
    }
    return Occurrence("feed_update", commit.at, data, feed=feed, symbols=symbols)


def _of_alert(alert: Alert) -> Iterator[Occurrence]:
    news = alert.news
    if news.alert_type == "webhook":
        return
    data = {
        "alert_id": alert.id,
        "alert_type": news.alert_type,
        "severity": news.severity,
        "provider": news.provider,
        "feed": news.feed,
        "message": news.message,
        "details": news.details,
    }
    yield Occurrence("alert", alert.at, data, news.provider, news.feed, news.severity)
    if news.alert_type == "provider_status":
        names = ("old_status", "new_status", "response_ms", "error")
        changed = {name: news.details.get(name) for name in names}
        told = {"provider": news.provider, **changed}
        yield Occurrence("provider_update", alert.at, told, news.provider)
