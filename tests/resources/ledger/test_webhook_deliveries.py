"""Deliveries as rows: claimed once, in order, retried, given up, bounded."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from resources.errors import Conflict, UnknownName
from resources.ledger import (
    Ledger,
    alerts,
    commits,
    retention,
    webhook_deliveries,
    webhooks,
)
from resources.ledger.tables import webhook_deliveries as table
from resources.ledger.webhook_deliveries import (
    CLAIM_MS,
    KEPT_MS,
    KEPT_ROWS,
    WAITING,
    Outcome,
    Step,
)
from resources.ledger.webhooks import Wanted
from resources.webhooks.backoff import LONGEST_MS, TRIES
from resources.webhooks.thresholds import Crossed

URL = "https://hooks.acme.example/x"
OK, BAD, GONE = (
    Outcome(http_status=204),
    Outcome("the receiver answered 500", 500),
    Outcome("the receiver answered 410", 410),
)
MUCH = 1_000_000_000


def make(ledger: Ledger, name: str = "one", **values: Any) -> None:
    given = {"url": f"{URL}/{name}", "events": ("alert",), "filter": {}, "secret": "s3cret"}
    wanted = Wanted(**{"id": name, "created_by": None, "crossed": Crossed(), **given, **values})
    webhooks.add(ledger, wanted, 10)


def tell(ledger: Ledger, *bodies: str, name: str = "one", event: str = "alert") -> None:
    webhook = webhooks.get(ledger, name)
    step = Step(webhook, webhook.seen + 1, [(event, body) for body in bodies], Crossed())
    webhook_deliveries.advance(ledger, [step])


def later(ledger: Ledger, ms: int) -> Ledger:
    """The same ledger, so much later."""
    return Ledger(ledger.url, skew_ms=ledger.skew_ms + ms)


def bodies(found: Sequence[webhook_deliveries.Delivery]) -> list[str]:
    return [one.body for one in found]


def rows(ledger: Ledger) -> list[sa.Row[Any]]:
    with ledger.read() as connection:
        return list(connection.execute(sa.select(table).order_by(table.c.id)))


def test_the_secret_is_stored_encrypted_and_read_again(ledger: Ledger) -> None:
    make(ledger)
    webhook = webhooks.get(ledger, "one")
    assert b"s3cret" not in webhook.sealed
    assert webhooks.secret_of(ledger, webhook) == "s3cret"


def test_the_same_webhook_and_more_than_may_be_are_refused(ledger: Ledger) -> None:
    make(ledger, filter={"feeds": ["news"]}, events=("alert", "feed_update"))
    same = {"url": f"{URL}/one", "filter": {"feeds": ["news"]}}
    with pytest.raises(Conflict, match="the same"):
        make(ledger, "two", **same, events=("feed_update", "alert"))
    make(ledger, "two", **same)
    for number in range(8):
        make(ledger, f"n{number}")
    with pytest.raises(Conflict, match="WEBHOOKS_MOST"):
        make(ledger, "eleven")


def test_deliveries_are_claimed_once_and_in_order(ledger: Ledger) -> None:
    make(ledger)
    make(ledger, "two")
    tell(ledger, "a", "b")
    tell(ledger, "c", name="two")
    first = webhook_deliveries.claim(ledger, 10)
    assert bodies(first) == ["a", "c"]
    assert webhook_deliveries.claim(ledger, 10) == []
    webhook_deliveries.settle(ledger, first[0], OK)
    assert bodies(webhook_deliveries.claim(ledger, 10)) == ["b"]


def test_what_was_told_by_another_process_is_not_told_again(ledger: Ledger) -> None:
    make(ledger)
    step = Step(webhooks.get(ledger, "one"), 5, [("alert", "a")], Crossed())
    for _ in range(2):
        webhook_deliveries.advance(ledger, [step])
    assert len(rows(ledger)) == 1
    webhooks.remove(ledger, "one")
    webhook_deliveries.advance(ledger, [replace(step, seen=6)])
    assert rows(ledger) == []


def test_what_a_killed_process_had_claimed_comes_again(ledger: Ledger) -> None:
    make(ledger)
    tell(ledger, "a")
    (killed,) = webhook_deliveries.claim(ledger, 10)
    after = later(ledger, CLAIM_MS + 1)
    (again,) = webhook_deliveries.claim(after, 10)
    assert (again.id, again.body, again.attempts) == (killed.id, "a", 2)
    # Who was only slow, and answers late, says nothing of the try of another.
    webhook_deliveries.settle(ledger, killed, BAD)
    assert webhooks.get(ledger, "one").state.failures == 0
    webhook_deliveries.settle(after, again, OK)
    assert webhook_deliveries.claim(later(ledger, LONGEST_MS), 10) == []


def test_a_failure_holds_up_its_own_webhook_alone(ledger: Ledger) -> None:
    make(ledger)
    make(ledger, "two")
    tell(ledger, "a", "b")
    (one,) = webhook_deliveries.claim(ledger, 10)
    webhook_deliveries.settle(ledger, one, BAD)
    tell(ledger, "c", name="two")
    assert bodies(webhook_deliveries.claim(ledger, 10)) == ["c"]
    assert webhook_deliveries.claim(later(ledger, 3_900), 10) == []
    assert bodies(webhook_deliveries.claim(later(ledger, 5_100), 10)) == ["a"]


def test_retry_after_is_waited_for(ledger: Ledger) -> None:
    make(ledger)
    tell(ledger, "a")
    (one,) = webhook_deliveries.claim(ledger, 10)
    webhook_deliveries.settle(ledger, one, replace(BAD, retry_after=600.0))
    assert webhook_deliveries.claim(later(ledger, 599_000), 10) == []
    assert bodies(webhook_deliveries.claim(later(ledger, 601_000), 10)) == ["a"]


def give_up(ledger: Ledger) -> Ledger:
    """Fail the oldest delivery until it is given up; the ledger of then."""
    for _ in range(TRIES):
        ledger = later(ledger, LONGEST_MS + 1)
        (one,) = webhook_deliveries.claim(ledger, 10)
        webhook_deliveries.settle(ledger, one, BAD)
    return ledger


def test_a_delivery_is_given_up_with_an_alert_that_a_success_resolves(ledger: Ledger) -> None:
    make(ledger)
    tell(ledger, "a", "b")
    after = give_up(ledger)
    state = webhooks.get(ledger, "one").state
    assert (state.ended, state.failures, state.error) == ("given_up", TRIES, BAD.error)
    ((alert),) = alerts.after(ledger, 0, 10)
    assert (alert.news.alert_type, alert.resolved_at) == ("webhook", None)
    assert URL not in alert.news.message + str(alert.news.details)
    # The next is tried at once, and waits as long as one of a receiver that stays away.
    (other,) = webhook_deliveries.claim(after, 10)
    assert (other.body, other.attempts) == ("b", 1)
    webhook_deliveries.settle(after, other, BAD)
    assert webhook_deliveries.claim(later(after, LONGEST_MS // 2), 10) == []
    after = later(after, LONGEST_MS)
    (other,) = webhook_deliveries.claim(after, 10)
    webhook_deliveries.settle(after, other, OK)
    state = webhooks.get(ledger, "one").state
    assert (state.ended, state.failures, state.error) == (None, 0, None)
    assert alerts.after(ledger, 0, 10)[0].resolved_at is not None


def test_who_answers_gone_is_told_nothing_until_a_ping_is_delivered(ledger: Ledger) -> None:
    make(ledger)
    tell(ledger, "a", "b")
    (one,) = webhook_deliveries.claim(ledger, 10)
    webhook_deliveries.settle(ledger, one, GONE)
    tell(ledger, "c")
    assert webhook_deliveries.waiting(ledger) == {}
    assert webhooks.get(ledger, "one").state.ended == "gone"
    webhook_deliveries.note_ping(ledger, "one", BAD)
    assert webhooks.get(ledger, "one").state.ended == "gone"
    webhook_deliveries.note_ping(ledger, "one", OK)
    tell(ledger, "d")
    assert bodies(webhook_deliveries.claim(ledger, 10)) == ["d"]


def test_a_ping_that_is_delivered_ends_the_wait(ledger: Ledger) -> None:
    make(ledger)
    tell(ledger, "a")
    (one,) = webhook_deliveries.claim(ledger, 10)
    webhook_deliveries.settle(ledger, one, replace(BAD, retry_after=5_000.0))
    webhook_deliveries.note_ping(ledger, "one", OK)
    assert bodies(webhook_deliveries.claim(ledger, 10)) == ["a"]


def test_too_many_that_wait_lose_the_oldest_of_the_most_frequent_event(ledger: Ledger) -> None:
    make(ledger, events=("alert", "feed_update"))
    tell(ledger, *map(str, range(WAITING)), event="feed_update")
    tell(ledger, "fire", event="alert")
    tell(ledger, *map(str, range(WAITING, WAITING + 9)), event="feed_update")
    kept = [row.body for row in rows(ledger)]
    assert kept == [*map(str, range(10, WAITING)), "fire", *map(str, range(WAITING, WAITING + 9))]
    assert webhooks.get(ledger, "one").state.dropped == 10


def test_a_webhook_goes_with_all_that_is_of_it(ledger: Ledger) -> None:
    make(ledger)
    tell(ledger, "a", "b")
    give_up(ledger)
    (sent,) = webhook_deliveries.claim(later(ledger, 9 * LONGEST_MS), 10)
    webhooks.remove(ledger, "one")
    webhook_deliveries.settle(ledger, sent, OK)
    assert rows(ledger) == []
    assert alerts.after(ledger, 0, 10)[0].resolved_at is not None
    with pytest.raises(UnknownName):
        webhooks.remove(ledger, "one")


def test_done_deliveries_go_after_a_week_and_beyond_a_number_waiting_ones_stay(
    ledger: Ledger,
) -> None:
    make(ledger)
    old, young = ledger.now() - KEPT_MS - 1_000, ledger.now()
    row = {"webhook_id": "one", "event": "alert", "body": "{}", "attempts": 1}
    with ledger.write() as connection:
        for at, due, count in ((old, None, 3), (old, young, 2), (young, None, KEPT_ROWS + 7)):
            mine = {**row, "created_at": at, "next_at": due}
            connection.execute(table.insert(), [mine] * count)
    assert retention.clean_up(ledger, MUCH)["webhook_deliveries"] == 3 + 7
    assert webhook_deliveries.waiting(ledger) == {"one": 2}


def test_commits_wait_for_a_webhook(ledger: Ledger) -> None:
    make(ledger)
    with ledger.write() as connection:
        for _ in range(commits.KEPT_ROWS + 3):
            commits.record(connection, ledger, "prices", 1, [], 1)
    after = later(ledger, 3 * 86_400_000)
    assert retention.clean_up(after, MUCH)["commits"] == 0
    webhook = webhooks.get(ledger, "one")
    webhook_deliveries.advance(ledger, [Step(webhook, 2, [], Crossed())])
    assert retention.clean_up(after, MUCH)["commits"] == 2
