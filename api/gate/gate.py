"""The gate: concerns in order around the whole application, with one wrapper of `send` for all."""

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.gate.visit import Concern, Visit, put_visit


class Gate:
    """Lets each concern look at every HTTP request, in order, and at its answer in reverse order."""

    def __init__(self, app: ASGIApp, concerns: Sequence[Concern]) -> None:
        self.app = app
        self._concerns = tuple(concerns)
        self._outward = tuple(reversed(self._concerns))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        visit = put_visit(scope)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                visit.status = message["status"]
                headers = MutableHeaders(raw=message["headers"])
                for concern in self._outward:
                    concern.head(visit, headers)
            else:
                visit.sent += len(message.get("body", b""))
            await send(message)

        try:
            refusal = await self._entered(visit)
            await (refusal or self.app)(scope, receive, told)
        finally:
            for concern in self._outward:
                concern.leave(visit)

    async def _entered(self, visit: Visit) -> Response | None:
        for concern in self._concerns:
            if refusal := await concern.enter(visit):
                return refusal
        return None
