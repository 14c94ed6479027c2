"""Who calls, looked up once a request."""

from starlette.datastructures import MutableHeaders
from starlette.responses import Response

from api.auth import caller_of
from api.caller import Caller
from api.gate.visit import Visit
from api.services import services_of
from resources.errors import StoreUnavailable, TooManyRequests, Unauthorized


class Identity:
    """Notes who calls; what was wrong with a key is for the access that a route declares, and
    counts against the address. One that tries key after key is looked up no more for a while."""

    async def enter(self, visit: Visit) -> Response | None:
        connection = visit.connection
        try:
            visit.caller = await caller_of(connection)
        except (Unauthorized, TooManyRequests, StoreUnavailable) as error:
            visit.refused = error
            visit.caller = Caller(services_of(connection).proxies.client_of(connection))
        return None

    def head(self, visit: Visit, headers: MutableHeaders) -> None:
        """Nothing: who calls is no news to them."""

    def leave(self, visit: Visit) -> None:
        """Nothing is kept."""
