"""The task that tells webhooks of what any process has written to the ledger."""

import asyncio
import logging

from api.live.pause import pause
from resources.errors import KeyUnreadable, StoreUnavailable, UnknownName
from resources.http.addresses import AddressRules
from resources.ledger import Ledger, webhook_deliveries, webhooks
from resources.ledger.webhook_deliveries import Delivery, Outcome
from resources.webhooks import steps
from resources.webhooks.delivery import Sender

_log = logging.getLogger(__name__)
_EVERY = 0.5
_AFTER_FAILURE = 1.0
_AT_THE_END = 3.0
# Of a webhook one delivery is on its way at a time: so many receivers may be slow, and others are
# told all the same.
_AT_ONCE = 100
# So many are kept decrypted, which takes milliseconds.
_SECRETS = 200


class Telling:
    """Finds what is to be told, and sends what is due."""

    def __init__(self, ledger: Ledger, allowed_addresses: list[str]) -> None:
        self._ledger = ledger
        self._rules = AddressRules(allowed_addresses)
        self._data_version = -1
        self._under_way: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._opened: dict[bytes, str] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Look twice a second, and whenever a delivery has ended, until `stop` is set.

        What is on its way then has a few seconds; after that it is cut off, and comes again from
        whoever tells next.
        """
        stopping = asyncio.create_task(stop.wait())
        async with Sender(self._rules) as sender:
            try:
                while not stop.is_set():
                    self._wake.clear()
                    await self._look(sender, stop)
                    waking = asyncio.create_task(self._wake.wait())
                    await asyncio.wait(
                        (stopping, waking), timeout=_EVERY, return_when=asyncio.FIRST_COMPLETED
                    )
                    waking.cancel()
            finally:
                stopping.cancel()
                if self._under_way:
                    await asyncio.wait(self._under_way, timeout=_AT_THE_END)
                for task in self._under_way:
                    task.cancel()
                await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _look(self, sender: Sender, stop: asyncio.Event) -> None:
        try:
            while not stop.is_set() and await asyncio.to_thread(self._tell):
                continue
            room = _AT_ONCE - len(self._under_way)
            if room > 0:
                due = await asyncio.to_thread(webhook_deliveries.claim, self._ledger, room)
                for delivery in due:
                    self._start(sender, delivery)
        except StoreUnavailable as error:
            _log.warning("webhooks wait: %s", error)
            await pause(_AFTER_FAILURE, stop)

    def _tell(self) -> bool:
        """Whether there may be more to tell; costs 0.1 ms where nobody has written."""
        version = self._ledger.data_version()
        if version == self._data_version:
            return False
        more = steps.tell(self._ledger)
        if not more:
            self._data_version = version
        return more

    def _start(self, sender: Sender, delivery: Delivery) -> None:
        task = asyncio.create_task(self._deliver(sender, delivery))
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            _log.error("a delivery has ended", exc_info=error)

    async def _deliver(self, sender: Sender, delivery: Delivery) -> None:
        try:
            outcome = await self._sent(sender, delivery)
            if outcome is not None:
                await asyncio.to_thread(webhook_deliveries.settle, self._ledger, delivery, outcome)
        except StoreUnavailable as error:
            _log.warning("how a delivery went is not stored, it comes again: %s", error)

    async def _sent(self, sender: Sender, delivery: Delivery) -> Outcome | None:
        try:
            url, secret = await asyncio.to_thread(self._receiver, delivery.webhook_id)
        except UnknownName:
            return None
        except KeyUnreadable:
            return Outcome("its secret cannot be decrypted: make the webhook anew")
        return await sender.send(url, secret, delivery.event, delivery.body)

    def _receiver(self, webhook_id: str) -> tuple[str, str]:
        """The url of a webhook, and its secret."""
        webhook = webhooks.get(self._ledger, webhook_id)
        if webhook.sealed not in self._opened:
            secret = webhooks.secret_of(self._ledger, webhook)
            newest = list(self._opened.items())[-_SECRETS:]
            self._opened = {**dict(newest), webhook.sealed: secret}
        return webhook.url, self._opened[webhook.sealed]
