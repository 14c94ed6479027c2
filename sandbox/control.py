"""The endpoints that order faults and tell what came. They validate what they are told."""

import difflib
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.faults import Fault, Faults
from sandbox.stage import Stage, Tally
from sandbox.stages import Stages


class Control:
    """POST, GET and DELETE /_control/faults; GET and DELETE /_control/requests.

    Both DELETEs take ?provider=, and mean all providers without it.
    """

    def __init__(self, stages: Stages, faults: Faults) -> None:
        self._stages = stages
        self._faults = faults

    def routes(self) -> list[Route]:
        faults, requests = "/_control/faults", "/_control/requests"
        return [
            Route(faults, self._order, methods=["POST"]),
            Route(faults, self._orders, methods=["GET"]),
            Route(faults, self._clear, methods=["DELETE"]),
            Route(requests, self._counts, methods=["GET"]),
            Route(requests, self._reset, methods=["DELETE"]),
        ]

    async def _order(self, request: Request) -> Response:
        try:
            fault = msgspec.json.decode(await request.body(), type=Fault)
        except msgspec.DecodeError as error:
            return _json({"error": str(error)}, 422)
        if fault.provider not in self._stages:
            return self._unknown(fault.provider)
        self._faults.add(fault)
        return _json(fault, 201)

    async def _orders(self, _: Request) -> Response:
        return _json({"faults": list(self._faults)})

    async def _clear(self, request: Request) -> Response:
        """Ends bans too, as if they had been sat out."""
        name = request.query_params.get("provider")
        if name is not None and name not in self._stages:
            return self._unknown(name)
        self._faults.clear(name)
        for stage in self._meant(name):
            stage.limiter.lift()
        return await self._orders(request)

    async def _counts(self, _: Request) -> Response:
        return _json({"providers": [_told(stage) for stage in self._stages.made()]})

    async def _reset(self, request: Request) -> Response:
        name = request.query_params.get("provider")
        if name is not None and name not in self._stages:
            return self._unknown(name)
        for stage in self._meant(name):
            stage.tally = Tally()
        return await self._counts(request)

    def _meant(self, name: str | None) -> list[Stage]:
        return list(self._stages.made()) if name is None else [self._stages[name]]

    def _unknown(self, name: str) -> Response:
        near = difflib.get_close_matches(name, self._stages.names, 3)
        meant = f"; did you mean {', '.join(near)}?" if near else ""
        return _json({"error": f"no provider {name!r} is played{meant}"}, 422)


def _told(stage: Stage) -> dict[str, Any]:
    tally = stage.tally
    return {
        "provider": stage.name,
        "requests": tally.requests,
        "limited": tally.limited,
        "during_ban": tally.during_ban,
        "statuses": dict(tally.statuses),
        "last": list(tally.last),
    }


def _json(content: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")
