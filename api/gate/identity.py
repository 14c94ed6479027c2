"""Who calls, looked up once a request."""

from starlette.datastructures import MutableHeaders
from starlette.responses import Response

from api.auth import key_of
from api.caller import Caller
from api.gate.visit import Visit
from resources.errors import StoreUnavailable, Unauthorized


class Identity:
    """Notes who calls; what was wrong with a key is for the access that a route declares."""

    async def enter(self, visit: Visit) -> Response | None:
        connection = visit.connection
        address = connection.client.host if connection.client else ""
        visit.caller = Caller(address)
        try:
            visit.caller = Caller(address, await key_of(connection))
        except (Unauthorized, StoreUnavailable) as error:
            visit.refused = str(error)
        return None

    def head(self, visit: Visit, headers: MutableHeaders) -> None:
        """Nothing: who calls is no news to them."""

    def leave(self, visit: Visit) -> None:
        """Nothing is kept."""
