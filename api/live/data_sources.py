"""/api/v2/ws: what providers answer, and their schedules."""

import asyncio

import msgspec
from fastapi import APIRouter, WebSocket

from api.auth import OPEN, caller_of, identify
from api.caller import Caller
from api.gate.audit import entry_of
from api.live.client import Client
from api.live.conversation import Answers, Seq, admitted, converse, counted
from api.live.messages import DATA_SOURCES, SCHEDULES, SNAPSHOTS, DataMessage, said, said_now
from api.live.replay import by_commit
from api.queries import schedules, snapshots
from api.routes.provider_schedules import edit, forced
from api.services import Services, ServicesDep
from resources.errors import Forbidden, HeadwaterError, InvalidInput, NotFound, Unauthorized
from resources.ledger import commits
from resources.ledger.keys import ApiKey

router = APIRouter(tags=["sockets"])
_PATH = "/api/v2/ws"
_ALL = "*"
_CHANNELS = (SNAPSHOTS, SCHEDULES)
# A client's outbox holds 2 MiB.
_LARGEST_RESPONSE = 1_500_000


class _Auth(msgspec.Struct, tag="auth"):
    token: str


class _Subscribe(msgspec.Struct, tag="subscribe"):
    api_id: str


class _SubscribeAll(msgspec.Struct, tag="subscribe_all"):
    pass


class _Unsubscribe(msgspec.Struct, tag="unsubscribe"):
    api_id: str


class _GetData(msgspec.Struct, tag="get_data"):
    api_id: str


class _GetAllData(msgspec.Struct, tag="get_all_data"):
    pass


class _GetSchedule(msgspec.Struct, tag="get_schedule"):
    pass


class _UpdateSchedule(msgspec.Struct, tag="update_schedule"):
    api_id: str
    interval: int | None = None
    enabled: bool | None = None


class _ForceUpdate(msgspec.Struct, tag="force_update"):
    api_id: str


class _Resume(msgspec.Struct, tag="resume"):
    channel: str
    after: Seq


class _Ping(msgspec.Struct, tag="ping"):
    pass


_Change = _UpdateSchedule | _ForceUpdate
_Question = _GetData | _GetAllData | _GetSchedule
_Wish = _Subscribe | _SubscribeAll | _Unsubscribe | _Resume
_Said = _Auth | _Change | _Question | _Wish | _Ping
_decoder = msgspec.json.Decoder(_Said)


@router.websocket(_PATH, dependencies=[OPEN])
async def data_sources(websocket: WebSocket, services: ServicesDep) -> None:
    """Snapshots of the providers subscribed to, and every change of a schedule."""
    async with admitted(websocket, DATA_SOURCES) as client:
        if client is None:
            return
        client.groups = {SNAPSHOTS: frozenset(), SCHEDULES: None}
        client.say(said("connected", client_id=client.id, message="Headwater: data sources"))
        answers = Answers(_decoder, _Sources(services, websocket).answer)
        await converse(websocket, client, services.hub, answers)


class _Sources:
    """Answers what one client of /api/v2/ws says."""

    def __init__(self, services: Services, websocket: WebSocket) -> None:
        self._services = services
        self._websocket = websocket
        self._address = services.proxies.client_of(websocket)
        self._token: str | None = None

    async def answer(self, client: Client, message: _Said) -> None:
        match message:
            case _Auth(token):
                await self._authenticate(client, token)
            case _Ping():
                client.say(said_now("pong"))
            case _UpdateSchedule() | _ForceUpdate():
                await self._write(client, message)
            case _GetData() | _GetAllData() | _GetSchedule():
                client.say(await self._services.aside(self._told, message))
            case _Resume(channel, after):
                await self._resume(client, channel, after)
            case _:
                await self._choose(client, message)

    async def _authenticate(self, client: Client, token: str) -> None:
        key = await self._identified(token)
        self._token = token
        client.say(said("authenticated", scopes=key.scopes))

    async def _write(self, client: Client, message: _Change) -> None:
        """What a request that writes would be: counted, and in the audit log, refused or not."""
        services, caller, status = self._services, Caller(self._address), 500
        try:
            caller = await counted(services, self._address, self._caller())
            _require_write(caller)
            await self._change(client, message)
            status = 200
        except HeadwaterError as error:
            status = error.status
            raise
        finally:
            if status != 429:
                what = f"{_PATH} {message.__struct_config__.tag} {message.api_id}"
                services.audit.note(entry_of(caller, client.id, "MESSAGE", what, status))

    async def _caller(self) -> Caller:
        """Looked up each time: a key may be revoked while the socket is open."""
        if self._token is None:
            return await caller_of(self._websocket)
        return Caller(self._address, await self._identified(self._token))

    async def _identified(self, token: str) -> ApiKey:
        return await identify(self._services, token, self._address)

    async def _change(self, client: Client, message: _Change) -> None:
        match message:
            case _UpdateSchedule(api_id, interval, enabled):
                row = await asyncio.to_thread(edit, self._services, api_id, interval, enabled)
                client.say(said("schedule_updated", api_id=row["api_id"], status="success"))
            case _ForceUpdate(api_id):
                found, run_id = await forced(self._services, api_id)
                name = found.provider.id
                client.say(said("update_result", api_id=name, status="launched", run_id=run_id))

    def _told(self, message: _Question) -> str:
        services, most = self._services, _LARGEST_RESPONSE
        match message:
            case _GetSchedule():
                rows = {s.provider.id: schedules.to_row(s) for s in services.schedules.all()}
                return said("schedule_response", schedules=rows)
            case _GetAllData():
                wanted = services.directory.providers()
                found = snapshots.newest(services.ledger, wanted, services.mode, most)
                return said("data_response", data=found)
            case _GetData(api_id):
                name = services.directory.provider(api_id).id
                found = snapshots.newest(services.ledger, [name], services.mode, most)
                if name not in found:
                    raise NotFound(f"{name} has not answered yet")
                return said("data_response", api_id=name, data=found[name])

    async def _choose(self, client: Client, message: _Wish) -> None:
        if isinstance(message, _SubscribeAll):
            client.join({SNAPSHOTS: None})
            client.say(said("subscribed", api_id=_ALL, status="success"))
        elif isinstance(message, _Subscribe):
            name = await self._name(message.api_id)
            chosen = client.groups[SNAPSHOTS]
            client.join({SNAPSHOTS: None if chosen is None else chosen | {name}})
            client.say(said("subscribed", api_id=name, status="success"))
        elif isinstance(message, _Unsubscribe):
            name = _ALL if message.api_id == _ALL else await self._name(message.api_id)
            client.join({SNAPSHOTS: await self._without(client.groups[SNAPSHOTS], name)})
            client.say(said("unsubscribed", api_id=name, status="success"))

    async def _name(self, spelling: str) -> str:
        return (await self._services.aside(self._services.directory.provider, spelling)).id

    async def _without(self, chosen: frozenset[str] | None, name: str) -> frozenset[str]:
        if name == _ALL:
            return frozenset()
        if chosen is None:
            chosen = frozenset(await self._services.aside(self._services.directory.providers))
        return chosen - {name}

    async def _resume(self, client: Client, channel: str, after: int) -> None:
        if channel not in _CHANNELS:
            raise InvalidInput(f"channel {channel!r} is none of {', '.join(_CHANNELS)}")
        hub, ledger = self._services.hub, self._services.ledger
        if after > hub.seq and after > await self._services.aside(commits.newest_seq, ledger):
            # Counted by another ledger, or one that was restored: nothing follows from it here.
            client.say(said("resume_failed", channel=channel, oldest=hub.seq))
            return
        if client.groups[channel] == frozenset():
            raise InvalidInput(f"subscribe to a provider before resuming {channel}")
        # What is published while the ledger is read must not come first: it is missed too then.
        wanted = client.groups[channel]
        client.leave(channel)
        missed: list[DataMessage] = []
        until, oldest = -1, 0
        try:
            while until != hub.seq:
                until = hub.seq
                missed, oldest = await self._services.aside(
                    self._services.sources.missed, channel, after, until, wanted
                )
        finally:
            client.join({channel: wanted})
        if oldest > after + 1:
            client.say(said("resume_failed", channel=channel, oldest=oldest))
            return
        client.hear(by_commit(missed))


def _require_write(caller: Caller) -> None:
    key = caller.key
    if key is None:
        raise Unauthorized("send a key as ?token=, or a message of type auth with its token")
    if not key.allows("write"):
        raise Forbidden(f"the key {key.name!r} lacks the scope 'write'")
