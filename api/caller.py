"""Who calls."""

from dataclasses import dataclass

from resources.ledger.keys import ApiKey


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request: the key it came with, None for an anonymous caller, and its address.

    The address is that of the client, not of a proxy that the settings trust. `by_cookie` says
    that a browser sent the key on its own, whoever wrote the page.
    """

    address: str
    key: ApiKey | None = None
    by_cookie: bool = False

    @property
    def tier(self) -> str:
        return "free" if self.key is None else self.key.tier

    @property
    def id(self) -> str:
        """What limits are counted by: the key, else the address."""
        return f"address {self.address}" if self.key is None else f"key {self.key.id}"


ANONYMOUS = Caller("")
