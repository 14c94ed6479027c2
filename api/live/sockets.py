"""/ws: prices, candles and what else has channels, and /ws/stats."""

import msgspec
from fastapi import APIRouter, WebSocket

from api.answers import Answer
from api.auth import OPEN
from api.live.client import Client
from api.live.conversation import Answers, Seq, admitted, converse
from api.live.delivery import Groups
from api.live.messages import GROUPS, MARKET_DATA, said, said_now
from api.models.base import documented
from api.models.root import SocketStatistics
from api.queries.markets import find_asset, find_markets
from api.services import Services, ServicesDep
from resources.errors import InvalidInput
from resources.ledger import commits

router = APIRouter(tags=["sockets"])
_ALL = "all"
_MOST_SYMBOLS = 500


class _Subscribe(msgspec.Struct, tag="subscribe"):
    group: str
    symbols: list[str] | None = None


class _Unsubscribe(msgspec.Struct, tag="unsubscribe"):
    group: str


class _Resume(msgspec.Struct, tag="resume"):
    channel: str
    after: Seq


class _GetStats(msgspec.Struct, tag="get_stats"):
    pass


class _Ping(msgspec.Struct, tag="ping"):
    pass


_Said = _Subscribe | _Unsubscribe | _Resume | _GetStats | _Ping
_decoder = msgspec.json.Decoder(_Said)


@router.get("/ws/stats", dependencies=[OPEN], responses=documented(SocketStatistics))
async def socket_stats(services: ServicesDep) -> Answer:
    """Who is connected to the sockets, without addresses."""
    running = services.background_works
    return Answer({**services.hub.stats(), "background_tasks_running": running})


@router.websocket("/ws", dependencies=[OPEN])
async def channels(websocket: WebSocket, services: ServicesDep) -> None:
    """The channels: market, prices, candles, news, sentiment, alerts; all are joined at first."""
    async with admitted(websocket, MARKET_DATA) as client:
        if client is None:
            return
        client.say(said_now("welcome", session_id=client.id, message="Headwater: live market data"))
        answers = Answers(_decoder, _Channels(services).answer)
        await converse(websocket, client, services.hub, answers)


class _Channels:
    """Answers what clients of /ws say."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def answer(self, client: Client, message: _Said) -> None:
        match message:
            case _Subscribe(group, symbols):
                await self._subscribe(client, group, symbols)
            case _Unsubscribe(group):
                client.leave(*_groups(group))
                client.say(said("unsubscribed", group=group))
            case _Resume(channel, after):
                await self._resume(client, channel, after)
            case _GetStats():
                client.say(said("stats_response", data=self._services.hub.totals()))
            case _Ping():
                client.say(said_now("pong"))

    async def _subscribe(self, client: Client, group: str, spelt: list[str] | None) -> None:
        names = _groups(group)
        if spelt is None:
            client.join(dict.fromkeys(names))
            client.say(said("subscribed", group=group))
            return
        if len(spelt) > _MOST_SYMBOLS:
            raise InvalidInput(f"at most {_MOST_SYMBOLS} symbols")
        found = await self._services.aside(self._symbols, names, frozenset(spelt))
        client.join(found)
        symbols = sorted(frozenset().union(*filter(None, found.values())))
        client.say(said("subscribed", group=group, symbols=symbols))

    def _symbols(self, names: tuple[str, ...], spelt: frozenset[str]) -> Groups:
        """The wanted symbols as each group names them: markets or assets, None where messages are
        about no symbol."""
        registry, ledger = self._services.registry, self._services.ledger
        assets = frozenset(find_asset(registry, one).ticker for one in spelt)
        markets = frozenset(find_markets(ledger, registry, spelt))
        by_group = {"candles": markets, "prices": assets, "news": assets}
        return {name: by_group.get(name) for name in names}

    async def _resume(self, client: Client, channel: str, after: int) -> None:
        if channel not in GROUPS:
            raise InvalidInput(f"channel {channel!r} is none of {', '.join(GROUPS)}")
        if channel not in client.groups:
            raise InvalidInput(f"subscribe to {channel} before resuming it")
        hub, ledger = self._services.hub, self._services.ledger
        if after > hub.seq and after > await self._services.aside(commits.newest_seq, ledger):
            # Counted by another ledger, or one that was restored: nothing follows from it here.
            hub.refuse_resume(client, channel)
        else:
            hub.resume(client, channel, after)


def _groups(name: str) -> tuple[str, ...]:
    """The groups that a name stands for; raises InvalidInput."""
    if name == _ALL:
        return GROUPS
    if name not in GROUPS:
        raise InvalidInput(f"group {name!r} is none of {', '.join((*GROUPS, _ALL))}")
    return (name,)
