"""One page of candles out of a provider: a call, or a file and the checksum that proves it whole."""

import hashlib
import re
from collections.abc import Callable

import polars as pl

from resources.errors import MalformedResponse
from resources.http.client import Answer, Client
from resources.http.pick import Pick
from resources.providers.base import CandleQuery, Candles

# As sha256sum writes it: the digest, two signs, the name.
_TOLD = re.compile(rb"\s*([0-9a-fA-F]{64})[ \t]+\*?(\S+)\s*")


async def candle_answer(
    client: Client, pick: Pick, candles: Candles, query: CandleQuery
) -> Answer[pl.DataFrame]:
    """The answer of the provider picked to one page of a query; raises what `Client.get` does.

    Where the provider tells a checksum, that is asked first: it is small, and a file that does
    not exist is refused there. What has another one is a MalformedResponse.
    """
    provider, call = pick.provider, candles.call(query)

    def parse(body: bytes) -> pl.DataFrame:
        return candles.parse(body, query)

    # Where its budget is used up, another member is asked sooner than this one has room.
    if candles.checksum is None:
        return await client.get(provider, call, parse, max_wait=0, pick=pick)
    name = call.path.rpartition("/")[2]
    told = await client.get(
        provider, candles.checksum(query), checksum_of(name, provider.id), max_wait=0, pick=pick
    )

    def parse_whole(body: bytes) -> pl.DataFrame:
        found = hashlib.sha256(body).hexdigest()
        if found != told.value:
            raise MalformedResponse(
                f"{provider.id} answered a {name} of SHA-256 {found}, where it told {told.value}",
                provider.id,
            )
        return parse(body)

    # Who has told the checksum is waited for: another would have to begin anew.
    return await client.get(provider, call, parse_whole)


def checksum_of(name: str, provider: str) -> Callable[[bytes], str]:
    """A parser that takes `<sha256>  <name>` to the digest, in small letters."""

    def parse(body: bytes) -> str:
        told = _TOLD.fullmatch(body)
        if told is None or told[2] != name.encode():
            begins = body[:80].decode(errors="replace")
            raise MalformedResponse(f"{provider} told no SHA-256 of {name}: {begins!r}", provider)
        return told[1].decode().lower()

    return parse
