"""One signed call of a receiver, whose answer nobody reads."""

import json
import re
import time
from types import TracebackType
from urllib.parse import urlsplit

import aiohttp
import yarl
from aiohttp.abc import AbstractResolver

from resources.errors import AddressRefused, InvalidInput
from resources.http.addresses import AddressRules, CheckedResolver, fault_of_url
from resources.http.budget import retry_after
from resources.ledger.webhook_deliveries import Outcome
from resources.webhooks.signing import DELIVERY, EVENT, SIGNATURE, signature

LONGEST_URL = 2_000
_SECONDS = 10.0
# Printable ASCII, no backslash, which is a slash to some, and no fragment, which nobody would get.
_URL = re.compile(rf"https?://[!-\[\]-~]{{1,{LONGEST_URL}}}", re.IGNORECASE)


class Sender:
    """Calls receivers; what `rules` refuse is refused before each connection, whatever `resolver`
    (the system's, unless told) answers then. To be closed."""

    def __init__(
        self,
        rules: AddressRules,
        resolver: AbstractResolver | None = None,
        seconds: float = _SECONDS,
    ) -> None:
        self._rules = rules
        self._seconds = seconds
        names = CheckedResolver(rules, resolver or aiohttp.ThreadedResolver())
        self._session = aiohttp.ClientSession(
            # A connection each: no name is trusted for longer than one delivery.
            connector=aiohttp.TCPConnector(
                limit=0, force_close=True, use_dns_cache=False, resolver=names
            ),
            timeout=aiohttp.ClientTimeout(total=seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )

    async def __aenter__(self) -> "Sender":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def send(self, url: str, secret: str, event: str, body: str) -> Outcome:
        """How it went; 2xx is success, a redirect is none. The body has an `id`."""
        content = body.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Headwater",
            EVENT: event,
            DELIVERY: str(json.loads(body)["id"]),
            SIGNATURE: signature(secret, content, int(time.time())),
        }
        address = yarl.URL(url)
        try:
            # aiohttp asks no resolver for literals.
            self._rules.require_host(address.raw_host or "")
            async with self._session.post(
                address, data=content, headers=headers, allow_redirects=False
            ) as answer:
                return _outcome(answer)
        except AddressRefused as error:
            return Outcome(f"its address is refused: {error.reason}")
        except TimeoutError:
            return Outcome(f"the receiver did not answer within {self._seconds:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # Their texts may hold the url, which may be a secret.
            return Outcome(f"the receiver could not be called: {type(error).__name__}")


async def checked_url(rules: AddressRules, url: str) -> str:
    """The same address as it is called. Raises InvalidInput where nothing may be sent there."""
    if not _URL.fullmatch(url) or "#" in url:
        raise InvalidInput(
            f"url must be http://… or https://…, printable ASCII without # and backslash, "
            f"of at most {LONGEST_URL} characters"
        )
    try:
        parsed = yarl.URL(url)
    except ValueError as error:
        raise InvalidInput("url is no proper address") from error
    if "@" in urlsplit(url).netloc:
        raise InvalidInput("url must hold no user or password: deliveries are signed")
    if not parsed.port:
        raise InvalidInput("url has a port that there is not")
    resolver = aiohttp.ThreadedResolver()
    if reason := await fault_of_url(rules, str(parsed), resolver):
        raise InvalidInput(f"url is refused: {reason}")
    return str(parsed)


def _outcome(answer: aiohttp.ClientResponse) -> Outcome:
    if 200 <= answer.status < 300:
        return Outcome(http_status=answer.status)
    asked = retry_after(answer.headers)
    return Outcome(f"the receiver answered {answer.status}", answer.status, asked)
