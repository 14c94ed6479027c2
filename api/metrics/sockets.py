"""The sockets of this process."""

from api.metrics.families import Collected, counter, gauge, plain
from api.metrics.scrape import Scrape

_COUNTED = (
    ("websocket_messages", "messages_sent", "Messages that sockets were sent."),
    ("websocket_bytes", "bytes_sent", "Bytes of the messages that sockets were sent."),
    ("websocket_evictions", "evicted", "Sockets that were closed since they could not keep up."),
    ("websocket_refusals", "refused", "Sockets for which there was no room."),
)


def collect(scrape: Scrape) -> Collected:
    """Who listens, to what, and how much they were sent."""
    totals = scrape.sockets
    yield plain("websocket_clients", "Sockets that are open.", totals["active_connections"])
    yield counter(
        "websocket_sessions", "Sockets that were ever opened.", (),
        [((), totals["total_sessions"])],
    )  # fmt: skip
    yield gauge(
        "websocket_group_clients", "Sockets that listen to a group of messages.", ("group",),
        [((group,), count) for group, count in totals["groups"].items()],
    )  # fmt: skip
    for name, what, told in _COUNTED:
        yield counter(name, told, (), [((), totals[what])])
