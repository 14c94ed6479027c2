"""What the pools tell of a feed's pages: of one provider, or of all that can tell."""

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from resources import pools
from resources.broken import keep_broken
from resources.directory import Directory
from resources.errors import (
    BudgetExhausted,
    HeadwaterError,
    MalformedResponse,
    NoneAvailable,
    NotCalled,
    NotFound,
    ProviderError,
)
from resources.http.client import Client
from resources.http.pick import Pick
from resources.http.pool import Pool
from resources.ledger import Ledger
from resources.market import Registry, Symbol, load_registry
from resources.providers.base import Provider, Question
from resources.schemas.page import Page
from resources.scope import Scope

# Why members of a pool gave no answer, by id.
Failures = Mapping[str, HeadwaterError]


@dataclass(frozen=True, slots=True)
class Told:
    """What one provider has told of a page at `fetched_at`, ms since 1970, UTC.

    `frame` has the page's columns and `reason` (null where sound), and where the page has
    `native` also `asset`, our ticker of the coin, null for one that the registry has not.
    `unanswered` is why some of its questions have no answer in it.
    """

    provider: str
    frame: pl.DataFrame
    fetched_at: int
    unanswered: Sequence[HeadwaterError] = ()


# Puts an answer right by what is stored, and gives rows that cannot be their `reason`.
Judge = Callable[[Told], Told]


def _as_told(told: Told) -> Told:
    return told


class _Asked:
    """A page that is asked for; the questions of each provider are made once."""

    def __init__(self, page: Page, scope: Scope, judge: Judge) -> None:
        self.page = page
        self.scope = scope
        self.judge = judge
        self._made: dict[str, Sequence[Question]] = {}

    def questions(self, provider: Provider) -> Sequence[Question]:
        """None where the provider cannot tell."""
        if provider.id not in self._made:
            source = provider.source(self.page)
            self._made[provider.id] = source.questions(self.scope) if source else ()
        return self._made[provider.id]

    def can(self, provider: Provider) -> bool:
        return bool(self.questions(provider))

    def weight(self, provider: Provider) -> int:
        return self.questions(provider)[0].call.weight


class Asking:
    """Asks the pools of feeds; safe to use for several pages at once.

    An answer without a sound row counts as none, so that another member is asked: its rows are
    quarantined at once, and `quarantined` is how many they are.
    """

    def __init__(self, client: Client, ledger: Ledger) -> None:
        self._client = client
        self._ledger = ledger
        self._directory = Directory(ledger)
        self._registry = load_registry()
        self._pools: dict[str, Pool] = {}
        self._natives: dict[str, pl.DataFrame] = {}
        self.quarantined = 0
        pools.seed(ledger, self._directory.providers())

    async def first(self, page: Page, scope: Scope, judge: Judge = _as_told) -> Told:
        """The page of the first member of the pool that has one.

        Raises NotFound where no member can tell of this scope, NoneAvailable where none of
        those that can may be called or answers.
        """
        asked = _Asked(page, scope, judge)
        _, told = await self._able(asked).first(
            lambda pick: self._told(pick, asked), asked.can, asked.weight
        )
        return told

    async def each(
        self, page: Page, scope: Scope, judge: Judge = _as_told
    ) -> tuple[list[Told], Failures]:
        """The pages of all members that answer, and why others gave none, by id; raises as `first`.

        Whose budget is used up, as by another page a moment ago, is waited for.
        """
        asked = _Asked(page, scope, judge)
        pool = self._able(asked)
        found, failures = await self._several(pool, asked)
        late = {name for name, why in failures.items() if isinstance(why, BudgetExhausted)}
        if late:
            with contextlib.suppress(NoneAvailable):
                more, still = await self._several(pool, asked, late)
                found, failures = found + more, {**_without(failures, late), **still}
        return sorted(found, key=lambda one: one.provider), failures

    async def _several(
        self, pool: Pool, asked: _Asked, names: Collection[str] | None = None
    ) -> tuple[list[Told], Failures]:
        """Of all members, or of these alone."""
        answers, failures = await pool.several(
            len(pool.members),
            lambda pick: self._told(pick, asked),
            lambda provider: (names is None or provider.id in names) and asked.can(provider),
            asked.weight,
        )
        return [told for _, told in answers], failures

    def _able(self, asked: _Asked) -> Pool:
        """The pool of the page's feed."""
        page = asked.page
        if page.feed not in self._pools:
            read = pools.membership(
                self._ledger, self._directory, page.feed, sandboxed=self._client.sandboxed
            )
            self._pools[page.feed] = Pool(
                page.feed, read, self._client.permits, patience=self._client.deadline
            )
        pool = self._pools[page.feed]
        members = pool.members
        if members and not any(asked.can(member.provider) for member in members):
            when = "the past" if asked.scope.past else "the present"
            raise NotFound(f"no provider of {page.feed} tells {page.name} of {when}")
        return pool

    async def _told(self, pick: Pick, asked: _Asked) -> Told:
        """All questions of a provider; some may fail, as long as one is answered."""
        provider, page, fetched_at = pick.provider, asked.page, 0
        frames, failed = list[pl.DataFrame](), list[HeadwaterError]()
        for number, question in enumerate(asked.questions(provider)):
            try:
                answer = await self._client.get(
                    provider,
                    question.call,
                    question.parse,
                    # Who has begun to answer goes on; another would have to begin anew.
                    max_wait=None if number else 0,
                    pick=None if number else pick,
                )
            except (ProviderError, NotCalled) as error:
                failed.append(error)
                continue
            fetched_at = answer.fetched_at
            frames.append(page.checked(answer.value, fetched_at))
        if not frames:
            raise failed[-1]
        frame = self._with_assets(provider, page, frames)
        told = asked.judge(Told(provider.id, frame, fetched_at, tuple(failed)))
        self._check(told, provider, asked)
        return told

    def _check(self, told: Told, provider: Provider, asked: _Asked) -> None:
        """Raises MalformedResponse where there is no sound row, but for a page that may be empty."""
        page, reasons = asked.page, told.frame["reason"].drop_nulls()
        if told.frame.is_empty():
            if page.may_be_empty or asked.scope.past:
                return
            raise MalformedResponse(f"{provider.name} told no row of {page.name}", provider.id)
        if reasons.len() == told.frame.height:
            self.quarantined += quarantine_told(self._ledger, page, [told])
            why = f"{provider.name} told no sound row of {page.name}: {reasons[0]}"
            raise MalformedResponse(why, provider.id)

    def _with_assets(
        self, provider: Provider, page: Page, frames: Sequence[pl.DataFrame]
    ) -> pl.DataFrame:
        frame = pl.concat(frames)
        if "native" not in page.schema:
            return frame
        if provider.id not in self._natives:
            self._natives[provider.id] = tickers_by_native(provider, self._registry)
        return frame.join(
            self._natives[provider.id], on="native", how="left", maintain_order="left"
        )


def quarantine_told(ledger: Ledger, page: Page, told: Sequence[Told]) -> int:
    """Keep the rows that broke a rule, each with its reason; returns how many there are."""
    return keep_broken(ledger, page.name, page.named, told)


def reasons_of(told: Sequence[Told], failures: Failures) -> dict[str, str]:
    """Why members gave no answer, or not the whole of one, by id."""
    lacking = {one.provider: "; ".join(map(str, one.unanswered)) for one in told if one.unanswered}
    return {**lacking, **{name: str(error) for name, error in failures.items()}}


def tickers_by_native(provider: Provider, registry: Registry) -> pl.DataFrame:
    """Our tickers (`asset`) of the coins that a provider prices in dollars, by its `native`."""
    tickers = (asset.ticker for asset in registry.assets)
    named = {provider.native(Symbol(ticker, "USD")): ticker for ticker in tickers}
    rows = [(native, ticker) for native, ticker in named.items() if native]
    return pl.DataFrame(rows, schema={"native": pl.String, "asset": pl.String}, orient="row")


def _without(failures: Failures, names: Collection[str]) -> Failures:
    return {name: why for name, why in failures.items() if name not in names}
