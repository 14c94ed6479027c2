"""The gate: concerns in order around the whole application, with one wrapper of `send` for all."""

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.gate.visit import Concern, Visit, put_visit


class Gate:
    """Lets each concern look at every HTTP request, in order, and at its answer in reverse order.

    Where one answers in place of the route or fails, those after it hear nothing of the request.
    """

    def __init__(self, app: ASGIApp, concerns: Sequence[Concern]) -> None:
        self.app = app
        self._concerns = tuple(concerns)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        visit = put_visit(scope)
        outward: list[Concern] = []

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                visit.status = message["status"]
                headers = MutableHeaders(raw=message["headers"])
                for concern in outward:
                    concern.head(visit, headers)
            else:
                visit.sent += len(message.get("body", b""))
            await send(message)

        try:
            refusal = await self._entered(visit, outward)
            await (refusal or self.app)(scope, receive, told)
        finally:
            for concern in outward:
                concern.leave(visit)

    async def _entered(self, visit: Visit, outward: list[Concern]) -> Response | None:
        for concern in self._concerns:
            refusal = await concern.enter(visit)
            outward.insert(0, concern)
            if refusal:
                return refusal
        return None
