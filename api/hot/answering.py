"""Answers in a route's place, where all that it would answer is in memory."""

from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from api.gate.visit import visit_of
from api.hot.candles import question_of
from api.hot.encoded import Prepared
from api.services import services_of


class HotAnswers:
    """Stands inside of all that concerns every request, and before the routes.

    What is not asked in the simplest way, what is not in memory and what is wrong goes on to the
    route.
    """

    def __init__(self, app: ASGIApp, route: APIRoute) -> None:
        self.app = app
        self._route = route
        self._path = route.path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope)
        if answer is None:
            await self.app(scope, receive, send)
            return
        # What counts and logs by route counts it as if it had been there.
        scope["route"] = self._route
        headers = list(answer.headers)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body()})

    def _answer(self, scope: Scope) -> Prepared | None:
        if scope["type"] != "http" or scope["path"] != self._path or scope["method"] != "GET":
            return None
        question = question_of(scope["query_string"])
        connection = HTTPConnection(scope)
        if question is None or visit_of(connection).refused:
            return None
        return services_of(connection).hot_candles.answer(question)
