"""What holds for every request, whichever route it is for."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import HEAD, header
from api.bodies import LARGER, MOST
from api.problems import FOR_BROWSERS, problem
from resources.errors import TooLarge

_FOR_BROWSERS = [(name.lower().encode(), value.encode()) for name, value in FOR_BROWSERS.items()]


class BoundedBodies:
    """Refuses a body that is too large: by its length before any of it is read, else as it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most, received = LARGER.get(scope["path"], MOST), 0
        detail = f"the body is larger than {most // 1_000_000} MB"
        length = header(scope, b"content-length") or "0"
        if not length.isdecimal() or int(length[:20]) > most:
            answer = problem(
                HTTPConnection(scope), 413, TooLarge.title, detail, kind="urn:headwater:too-large"
            )
            await answer(scope, receive, send)
            return

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise TooLarge(detail)
            return message

        await self.app(scope, bounded, send)


class HeadAsGet:
    """Answers HEAD wherever GET is answered, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def bodiless(message: Message) -> None:
            body = message["type"] == "http.response.body"
            await send({**message, "body": b""} if body else message)

        inner = {**scope, "method": "GET", HEAD: True}
        try:
            await self.app(inner, receive, bodiless)
        finally:
            # Those outside want to know the route.
            scope["route"] = inner.get("route")


class ForBrowsers:
    """Tells browsers what an answer is and may do; pages bring a policy of their own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                told = {name for name, _ in message["headers"]}
                message["headers"].extend(one for one in _FOR_BROWSERS if one[0] not in told)
            await send(message)

        await self.app(scope, receive, marked)
