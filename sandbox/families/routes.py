"""Venues that find what answers a call by its path."""

from abc import abstractmethod
from collections.abc import Callable, Mapping

from sandbox.venue import Answer, RequestError, Venue

# Answers a query at a time, in ms.
Route = Callable[[Mapping[str, str], int], Answer]


class Routed(Venue):
    content_type = "application/json"

    @abstractmethod
    def routes(self, path: str) -> Route | None:
        """What answers a path, None where there is nothing."""

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Answer:
        route = self.routes(path)
        if route is None:
            raise self.error("path", 404)
        return route(query, now)

    def error(self, what: str, status: int = 400) -> RequestError:
        """A refusal, which venues put in words of their own.

        `what` is "path", "symbol", "interval", the name of another parameter, or a sentence.
        """
        return RequestError(Answer({"error": what}, status))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del now
        answer = self.error("Too Many Requests", status).answer
        if wait:
            answer.headers["retry-after"] = str(wait)
        return answer
