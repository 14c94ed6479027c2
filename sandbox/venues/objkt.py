"""objkt: collections on Tezos by GraphQL, in millionths of a tez."""

import re

import msgspec

from sandbox.families.collections import Collection, made_up
from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.noise import fraction
from sandbox.venue import Answer, RequestError

_MUTEZ = 10**6
_ALL = made_up("KT1", 96, 40.0)
_QUERY = re.compile(
    r"\{\s*fa\(limit: (?P<limit>\d+), order_by: \{volume_24h: desc_nulls_last\}\)"
    r"\s*\{(?P<fields>[\w\s]+)\}\s*\}"
)


class _Asked(msgspec.Struct):
    query: str


class Objkt(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        del path
        return None

    def post(self, path: str, body: bytes, now: int) -> Answer:
        if path != "/v3/graphql":
            raise self.error("path", 404)
        try:
            found = _QUERY.fullmatch(msgspec.json.decode(body, type=_Asked).query)
        except msgspec.DecodeError:
            raise self.error("the body is not a GraphQL query") from None
        if found is None:
            raise self.error("not a query of this sandbox", 200)
        sold = sorted(_ALL, key=lambda one: -(_volume(one, now) or -1))
        rows = [_row(one, found["fields"].split(), now) for one in sold[: int(found["limit"])]]
        return Answer({"data": {"fa": rows}}, rows=rows)

    def error(self, what: str, status: int = 400) -> RequestError:
        """Of what it cannot answer it tells with a status of 200 too."""
        code = {"extensions": {"path": "$", "code": "validation-failed"}, "message": what}
        return RequestError(Answer({"errors": [code]}, status))


VENUE = Objkt


def _volume(collection: Collection, now: int) -> int | None:
    """Of some nothing was sold today."""
    quiet = fraction("quiet", collection.name, str(now // 86_400_000)) < 0.2
    return None if quiet else int(collection.volume(now) * _MUTEZ)


def _row(collection: Collection, fields: list[str], now: int) -> dict[str, str | int | None]:
    known: dict[str, str | int | None] = {
        "contract": collection.id,
        "name": collection.name,
        "floor_price": int(collection.floor(now) * _MUTEZ),
        "volume_24h": _volume(collection, now),
        "items": collection.supply,
    }
    return {field: known.get(field) for field in fields}
