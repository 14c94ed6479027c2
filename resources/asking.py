"""What the pools tell of a feed's pages: of one provider, or of all that can tell."""

import contextlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from resources import pools
from resources.directory import Directory
from resources.errors import (
    BudgetExhausted,
    HeadwaterError,
    MalformedResponse,
    NoneAvailable,
    NotCalled,
    NotFound,
    ProviderError,
    RefusedRequest,
)
from resources.http.client import Client
from resources.http.pick import Pick
from resources.http.pool import Pool
from resources.ledger import Ledger
from resources.market import Registry, Symbol, load_registry
from resources.providers.base import Provider, Source
from resources.schemas.page import Page
from resources.scope import Scope

# Why members of a pool gave no answer, by id.
Failures = Mapping[str, HeadwaterError]


@dataclass(frozen=True, slots=True)
class Told:
    """What one provider has told of a page at `fetched_at`, ms since 1970, UTC.

    `frame` has the page's columns and `reason` (null where sound), and where the page has
    `native` also `asset`, our ticker of the coin, null for one that the registry has not.
    """

    provider: str
    frame: pl.DataFrame
    fetched_at: int


class Asking:
    """Asks the pools of feeds; safe to use for several pages at once."""

    def __init__(self, client: Client, ledger: Ledger) -> None:
        self._client = client
        self._ledger = ledger
        self._directory = Directory(ledger)
        self._registry = load_registry()
        self._pools: dict[str, Pool] = {}
        self._natives: dict[str, pl.DataFrame] = {}
        # Answers without a sound row, which count as none; whoever asks may keep them.
        self.broken: list[Told] = []
        pools.seed(ledger, self._directory.providers())

    async def first(self, page: Page, scope: Scope) -> Told:
        """The page of the first member of the pool that has one.

        Raises NotFound where no member can tell of this scope, NoneAvailable where none of
        those that can may be called or answers.
        """
        pool = self._able(page, scope)
        _, told = await pool.first(
            lambda pick: self._told(pick, page, scope),
            lambda provider: _can(provider, page, scope),
            lambda provider: _weight(provider, page, scope),
        )
        return told

    async def each(self, page: Page, scope: Scope) -> tuple[list[Told], Failures]:
        """The pages of all members that answer, and why others gave none, by id; raises as `first`.

        Whose budget is used up, as by another page a moment ago, is waited for.
        """
        pool = self._able(page, scope)
        found, failures = await self._several(pool, page, scope)
        late = {name for name, why in failures.items() if isinstance(why, BudgetExhausted)}
        if late:
            with contextlib.suppress(NoneAvailable):
                more, still = await self._several(pool, page, scope, late)
                found, failures = found + more, {**_without(failures, late), **still}
        return sorted(found, key=lambda one: one.provider), failures

    async def _several(
        self, pool: Pool, page: Page, scope: Scope, names: Collection[str] | None = None
    ) -> tuple[list[Told], Failures]:
        """Of all members, or of these alone."""
        answers, failures = await pool.several(
            len(pool.members),
            lambda pick: self._told(pick, page, scope),
            lambda provider: (
                (names is None or provider.id in names) and _can(provider, page, scope)
            ),
            lambda provider: _weight(provider, page, scope),
        )
        return [told for _, told in answers], failures

    def _able(self, page: Page, scope: Scope) -> Pool:
        """The pool of the page's feed."""
        if page.feed not in self._pools:
            read = pools.membership(
                self._ledger, self._directory, page.feed, sandboxed=self._client.sandboxed
            )
            self._pools[page.feed] = Pool(
                page.feed, read, self._client.permits, patience=self._client.deadline
            )
        pool = self._pools[page.feed]
        members = pool.members
        if members and not any(_can(member.provider, page, scope) for member in members):
            when = "the past" if scope.past else "the present"
            raise NotFound(f"no provider of {page.feed} tells {page.name} of {when}")
        return pool

    async def _told(self, pick: Pick, page: Page, scope: Scope) -> Told:
        """All questions of a provider; those that fail are left out, as long as one is answered."""
        source, frames, failed = _source(pick.provider, page), list[pl.DataFrame](), None
        fetched_at = 0
        for number, question in enumerate(source.questions(scope)):
            try:
                answer = await self._client.get(
                    pick.provider,
                    question.call,
                    question.parse,
                    # Who has begun to answer goes on; another would have to begin anew.
                    max_wait=None if number else 0,
                    pick=None if number else pick,
                )
            except (ProviderError, NotCalled) as error:
                failed = error
                continue
            fetched_at = answer.fetched_at
            frames.append(page.checked(answer.value, fetched_at))
        if not frames:
            raise failed or RefusedRequest(
                f"{pick.provider.name} has no {page.name}", pick.provider.id
            )
        told = Told(pick.provider.id, self._with_assets(pick.provider, page, frames), fetched_at)
        reasons = told.frame["reason"].drop_nulls()
        if told.frame.height and reasons.len() == told.frame.height:
            self.broken.append(told)
            why = f"{pick.provider.name} told no sound row of {page.name}: {reasons[0]}"
            raise MalformedResponse(why, pick.provider.id)
        return told

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


def tickers_by_native(provider: Provider, registry: Registry) -> pl.DataFrame:
    """Our tickers (`asset`) of the coins that a provider prices in dollars, by its `native`."""
    tickers = (asset.ticker for asset in registry.assets)
    named = {provider.native(Symbol(ticker, "USD")): ticker for ticker in tickers}
    rows = [(native, ticker) for native, ticker in named.items() if native]
    return pl.DataFrame(rows, schema={"native": pl.String, "asset": pl.String}, orient="row")


def _without(failures: Failures, names: Collection[str]) -> Failures:
    return {name: why for name, why in failures.items() if name not in names}


def _source(provider: Provider, page: Page) -> Source:
    source = provider.source(page)
    if source is None:
        raise RefusedRequest(f"{provider.name} has no {page.name}", provider.id)
    return source


def _can(provider: Provider, page: Page, scope: Scope) -> bool:
    source = provider.source(page)
    return source is not None and bool(source.questions(scope))


def _weight(provider: Provider, page: Page, scope: Scope) -> int:
    return _source(provider, page).questions(scope)[0].call.weight
