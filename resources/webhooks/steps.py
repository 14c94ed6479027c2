"""What each webhook is to be told of commits that it has not seen."""

from collections.abc import Sequence

from resources.ledger import Ledger, commits, webhook_deliveries, webhooks
from resources.ledger.commits import Commit
from resources.ledger.webhook_deliveries import Step
from resources.ledger.webhooks import Webhook
from resources.webhooks.events import body_of, iso, occurrences, priced, prices_of
from resources.webhooks.filter import Filter, Occurrence
from resources.webhooks.signing import new_id
from resources.webhooks.thresholds import Crossed

_AT_ONCE = 500
Prices = dict[str, tuple[float, int]]


def tell(ledger: Ledger) -> bool:
    """Store what is to be told of the next commits; whether there may be more. Blocking."""
    held = webhooks.read(ledger)
    if not held:
        return False
    found = commits.read_commits(ledger, min(one.seen for one in held), _AT_ONCE)
    if not found:
        return False
    happened = list(occurrences(ledger, found))
    wanted = {Filter.of(one.filter).symbol for one in held} - {None}
    prices: Prices = {}
    if priced(found) is not None:
        prices = prices_of(ledger, sorted(str(symbol) for symbol in wanted))
    behind = [one for one in held if one.seen < found[-1].seq]
    webhook_deliveries.advance(ledger, [_step(one, found, happened, prices) for one in behind])
    return len(found) == _AT_ONCE


def _step(
    webhook: Webhook,
    found: Sequence[Commit],
    happened: Sequence[tuple[int, Occurrence]],
    prices: Prices,
) -> Step:
    filter_ = Filter.of(webhook.filter)
    told = [
        one
        for seq, one in happened
        if seq > webhook.seen and one.event in webhook.events and filter_.lets(one)
    ]
    crossed = webhook.state.crossed
    at = priced([commit for commit in found if commit.seq > webhook.seen])
    if at is not None and "price_threshold" in webhook.events:
        crossed, more = _crossings(filter_, crossed, prices)
        told += more
    bodies = [
        (one.event, body_of(new_id(), webhook.id, one.event, one.at, one.data)) for one in told
    ]
    return Step(webhook, found[-1].seq, bodies, crossed)


def _crossings(
    filter_: Filter, before: Crossed, prices: Prices
) -> tuple[Crossed, list[Occurrence]]:
    if filter_.symbol not in prices:
        return before, []
    price, at = prices[filter_.symbol]
    crossed, lines = filter_.lines.judge(price, before)
    told = {"symbol": filter_.symbol, "price": price, "quote": "USD", "price_time": iso(at)}
    return crossed, [
        Occurrence("price_threshold", at, {**told, "direction": name, "threshold": line})
        for name, line in lines
    ]
