"""What a provider is: frozen data and pure functions, no I/O."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from resources.market import Interval, Symbol
from resources.schemas.page import Page
from resources.scope import Scope

# How fresh a provider's answers are wanted, and the seconds between two looks at it.
Update = Literal["realtime", "periodic", "scheduled", "daily"]
UPDATE_SECONDS: Mapping[Update, int] = {
    "realtime": 60,
    "periodic": 60,
    "scheduled": 3_600,
    "daily": 86_400,
}
CATEGORIES = (
    "exchange", "market_data", "derivatives", "defi", "nft", "news", "social", "sentiment",
    "onchain_analytics", "block_explorer", "rpc_node", "whale_tracking", "hf_model", "custom",
)  # fmt: skip
# The kinds of data that an endpoint can be of; each has a pool.
FEEDS = (
    "prices", "ohlcv", "market", "trending", "defi", "derivatives", "onchain", "nft", "social",
    "fear_greed", "news", "sentiment", "rpc", "whales",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` of weight in any `seconds`, as the provider documents it."""

    amount: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Call:
    """One request: a path below the provider's base_url, its parameters and its weight.

    It is a GET, or with a `body` (JSON) a POST. `most_mb` is set where its answer may be larger
    than others, in MB.
    """

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    weight: int = 1
    body: bytes | None = None
    most_mb: int | None = None


@dataclass(frozen=True, slots=True)
class Auth:
    """How a provider takes its caller's key.

    `header` and `query` put it, after `prefix`, where `name` says; `path` puts it in place
    of `{key}` in base_url or path. `required` is false where it answers without a key too.
    """

    kind: Literal["header", "query", "path"]
    name: str = ""
    prefix: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address that answers with data of a feed; the call is whole, as it may be sent.

    `format` says how news are read: "rss" (Atom too) or "json", of which `fields` says where
    things stand (see news/articles.py). Without one the answer is kept as it is.
    """

    feed: str
    call: Call
    format: Literal["", "rss", "json"] = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CandleQuery:
    """Candles of one market with open times in [start, end), milliseconds since 1970, UTC."""

    native: str
    interval: Interval
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Candles:
    """How a provider serves candles.

    `intervals` maps ours to its spelling. `page` is the most candles of one answer.
    `depth` is set where only the newest candles are served, whatever is asked.
    `call` may ask for less than the query; `covered` then says how far it went.
    `parse` takes the answer's bytes and the query to a CANDLE_PAGE frame, oldest first,
    which may hold the forming candle and candles outside of the query.
    `covered` takes the query and that frame to the [start, end) that the answer proves:
    a candle missing inside of it does not exist at the provider. It is empty where the
    times of the answer are not what was asked for.

    The rest is of whole files. `reach` tells the end of the file that a query begins in, and
    `newest` (ms) up to where there are files, given the time. It is not worth asking for fewer
    than `least` candles. `checksum` asks for the SHA-256 that the answer must have, in the
    form of sha256sum.
    """

    intervals: Mapping[Interval, str]
    page: int
    call: Callable[[CandleQuery], Call]
    parse: Callable[[bytes, CandleQuery], pl.DataFrame]
    covered: Callable[[CandleQuery, pl.DataFrame], tuple[int, int]]
    depth: int | None = None
    reach: Callable[[CandleQuery], int] | None = None
    newest: Callable[[int], int] | None = None
    least: int = 1
    checksum: Callable[[CandleQuery], Call] | None = None

    @property
    def files(self) -> bool:
        """Whether its pages are whole files."""
        return self.reach is not None

    def calls(self, query: CandleQuery) -> tuple[Call, ...]:
        """All that is sent for one page of a query."""
        call = self.call(query)
        return (self.checksum(query), call) if self.checksum else (call,)

    def holds(self, query: CandleQuery) -> int:
        """How many candles of a query one page holds at most."""
        step = query.interval.ms
        end = self.reach(query) if self.reach else query.start + self.page * step
        return -(-(min(end, query.end) - query.start) // step)

    def serves(self, query: CandleQuery, now: int) -> bool:
        """Whether the first page of a query can be had and is worth asking for, at this time (ms)."""
        if query.interval not in self.intervals:
            return False
        oldest = now - ((self.depth or 0) - 1) * query.interval.ms
        if self.depth and query.start < oldest:
            return False
        if self.reach and self.newest and self.reach(query) > self.newest(now):
            return False
        return self.least == 1 or self.holds(query) >= self.least


@dataclass(frozen=True, slots=True)
class Tickers:
    """How a provider serves current prices: `batch` is the most markets of one call.

    `parse` takes the answer's bytes and the spellings that were asked for to a QUOTES frame;
    it may hold markets that were not asked for.
    """

    batch: int
    call: Callable[[Sequence[str]], Call]
    parse: Callable[[bytes, Sequence[str]], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Markets:
    """How a provider lists the markets that trade on it."""

    call: Callable[[], Call]
    parse: Callable[[bytes], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Funding:
    """How a provider tells the funding rates of perpetuals; as Tickers, with a FUNDING frame."""

    batch: int
    call: Callable[[Sequence[str]], Call]
    parse: Callable[[bytes, Sequence[str]], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class OpenInterest:
    """How a provider tells what is open in perpetuals; as Tickers, with an OPEN_INTEREST frame."""

    batch: int
    call: Callable[[Sequence[str]], Call]
    parse: Callable[[bytes, Sequence[str]], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class FundingHistory:
    """How a provider tells the fundings that were paid in [start, end), ms since 1970, UTC; as
    Funding, and each row is of the time at which it was paid."""

    batch: int
    call: Callable[[Sequence[str], int, int], Call]
    parse: Callable[[bytes, Sequence[str]], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Perpetuals:
    """A provider's perpetual futures: `native` spells the one on a symbol's base and quote.

    Their candles never mix with those of spot markets.
    """

    native: Callable[[Symbol], str | None]
    candles: Candles | None = None
    funding: Funding | None = None
    open_interest: OpenInterest | None = None
    funding_history: FundingHistory | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One call, and how its answer is read: `parse` takes the bytes to a frame of the page."""

    call: Call
    parse: Callable[[bytes], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Source:
    """How a provider tells one kind of page of a feed.

    `questions` are sent one after another, and their frames are one page; there are none where it
    cannot tell of such a scope. Most tell of the present alone: `now` makes these.
    """

    page: Page
    questions: Callable[[Scope], Sequence[Question]]


def now(*questions: Question) -> Callable[[Scope], Sequence[Question]]:
    """Questions that are the same for all assets, and have no answer about the past."""
    return lambda scope: () if scope.past else questions


def _none(_: Symbol) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Provider:
    """One outside service.

    `native` spells one of our markets its way, None where it cannot have it; the same
    spelling stands in the `native` column of its parsers' frames. `endpoints` are worth
    watching, the first one is what its snapshots keep; `health` is the cheapest call that
    shows that it works, the first endpoint where there is none. `used` reads the weight
    already used per window (seconds) out of an answer's headers (names in lower case).
    `limited` is set where a rate limit may come as a 200 or 403: whether this body says so.
    `sources` are the pages of other feeds that it tells.
    `enabled` is false for one that nobody has seen working lately. `mirrors` is the id of the
    provider whose data these are: the two are no two opinions.
    """

    id: str
    name: str
    category: str
    base_url: str
    docs_url: str
    limits: tuple[Limit, ...]
    native: Callable[[Symbol], str | None] = _none
    endpoints: tuple[Endpoint, ...] = ()
    health: Call | None = None
    update: Update = "scheduled"
    auth: Auth | None = None
    ws_url: str | None = None
    enabled: bool = True
    mirrors: str | None = None
    candles: Candles | None = None
    tickers: Tickers | None = None
    markets: Markets | None = None
    perpetuals: Perpetuals | None = None
    sources: tuple[Source, ...] = ()
    used: Callable[[Mapping[str, str]], Mapping[int, int]] | None = None
    limited: Callable[[bytes], bool] | None = None

    def source(self, page: Page) -> Source | None:
        """How it tells a page, None where it does not."""
        return next((one for one in self.sources if one.page is page), None)

    @property
    def health_call(self) -> Call | None:
        return self.health or (self.endpoints[0].call if self.endpoints else None)
