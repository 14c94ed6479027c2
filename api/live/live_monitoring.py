"""/ws/live: how the platform works, as it happens."""

import msgspec
from fastapi import APIRouter, WebSocket

from api.auth import OPEN
from api.live.client import Client
from api.live.conversation import Answers, admitted, converse
from api.live.events import status_of, status_update
from api.live.messages import MONITORING, said_now
from api.services import ServicesDep

router = APIRouter(tags=["sockets"])


class _Pong(msgspec.Struct, tag="pong", tag_field="type"):
    pass


_decoder = msgspec.json.Decoder(_Pong)


@router.websocket("/ws/live", dependencies=[OPEN])
async def live_monitoring(websocket: WebSocket, services: ServicesDep) -> None:
    """New lines of the logs, changes of providers, budgets that run out, and totals."""
    async with admitted(websocket, MONITORING) as client:
        if client is None:
            return
        client.groups = {}
        message = "Headwater: monitoring"
        client.say(said_now("connection_established", client_id=client.id, message=message))
        body = await services.aside(status_of, services.ledger, services.directory)
        client.say(status_update(body, len(services.hub.clients)))
        await converse(websocket, client, services.hub, Answers(_decoder, _answer))


async def _answer(_client: Client, _pong: _Pong) -> None:
    """A pong is taken and means nothing: nobody has to send one."""
