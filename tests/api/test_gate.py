"""Which concerns hear of a request that one of them stops."""

from collections.abc import Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, Response

from api.gate import Gate, Visit

Heard = list[tuple[str, str]]


class Witness:
    """Writes down what it hears, and does at `enter` what it was made with."""

    def __init__(self, name: str, heard: Heard, entering: Callable[[], Response | None]) -> None:
        self._name = name
        self._heard = heard
        self._entering = entering

    async def enter(self, visit: Visit) -> Response | None:  # noqa: ARG002 (of every concern)
        self._heard.append((self._name, "enter"))
        return self._entering()

    def head(self, visit: Visit, headers: MutableHeaders) -> None:  # noqa: ARG002
        self._heard.append((self._name, "head"))

    def leave(self, visit: Visit) -> None:  # noqa: ARG002
        self._heard.append((self._name, "leave"))


def passed() -> None:
    return None


def refused() -> Response:
    return PlainTextResponse("no", 429)


def failed() -> None:
    raise ZeroDivisionError


async def heard_of(middle: Callable[[], Response | None]) -> Heard:
    """What three concerns hear of one request, whose second one does that."""
    heard: Heard = []
    asked = zip(("first", "second", "third"), (passed, middle, passed), strict=True)
    gate = Gate(Starlette(), [Witness(name, heard, entering) for name, entering in asked])
    transport = httpx.ASGITransport(gate, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        await client.get("/")
    return heard


async def test_all_hear_of_what_passes_inwards_and_outwards() -> None:
    inward, outward = ("first", "second", "third"), ("third", "second", "first")
    assert await heard_of(passed) == [
        *((name, "enter") for name in inward),
        *((name, "head") for name in outward),
        *((name, "leave") for name in outward),
    ]


@pytest.mark.parametrize(
    ("middle", "outward"), [(refused, ("second", "first")), (failed, ("first",))]
)
async def test_those_after_the_one_that_stops_a_request_hear_nothing_of_it(
    middle: Callable[[], Response | None], outward: tuple[str, ...]
) -> None:
    heard = await heard_of(middle)
    assert not [one for one in heard if one[0] == "third"]
    assert [name for name, what in heard if what == "leave"] == [*outward]
    told = [name for name, what in heard if what == "head"]
    assert told == ([*outward] if middle is refused else [])
