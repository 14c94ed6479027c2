"""What one process may send to whom: breakers, bans, budgets and figures in one place."""

from resources.errors import InvalidInput, NotCalled
from resources.http.history import History
from resources.http.pick import Pick
from resources.http.tally import Tally
from resources.ledger.breakers import Breakers
from resources.ledger.budgets import Budgets
from resources.ledger.database import Ledger
from resources.providers.base import Provider


class Permits:
    """The breakers, budgets, figures and turns of one ledger, as one process knows them."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.budgets = Budgets(ledger)
        self.breakers = Breakers(ledger)
        self.tally = Tally(ledger)
        self.history = History(ledger)

    def look(self) -> None:
        """See what other processes were told; costs microseconds where nobody has committed."""
        self.budgets.look()
        self.breakers.look()

    def blocked_until(self, provider: Provider) -> int:
        """The ledger's time before which a call would not be sent, as of the last look, else 0.

        Breakers and bans alone: a budget that is used up is worth waiting for.
        """
        return max(self.breakers.blocked_until(provider.id), self.budgets.banned_until(provider.id))

    def pick(self, provider: Provider, weight: int) -> Pick:
        """Reserve a call; raises BreakerOpen or BudgetExhausted with the time, and InvalidInput."""
        probe = self.breakers.enter(provider.id)
        try:
            return Pick(provider, weight, self.budgets.reserve(provider, weight), probe)
        except (NotCalled, InvalidInput):
            self.breakers.released(provider.id, probe)
            raise

    def release(self, pick: Pick) -> None:
        """Give back what no call has used; does nothing for a pick that was used."""
        if not pick.used:
            pick.used = True
            self.budgets.returned(pick.held, pick.weight)
            self.breakers.released(pick.provider.id, pick.probe)
