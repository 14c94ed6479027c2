"""How perpetual futures become pages: what their parsers tell of the assets that are asked for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import polars as pl

from resources.market import Symbol
from resources.providers.base import Call, FundingHistory, Perpetuals, Question, Source
from resources.schemas.derivatives import FUNDING_PAGE, OPEN_INTEREST_PAGE
from resources.scope import Scope

# The main one of an asset is the first of these that a provider has.
_QUOTES = ("USDT", "USD", "USDC")
# Where a call tells of one perpetual alone: only the main ones of this many assets.
_ONE_BY_ONE = 10

Natives = Mapping[str, Symbol]


class _Told(Protocol):
    """Funding, OpenInterest and FundingHistory, as far as they are alike."""

    @property
    def batch(self) -> int: ...
    @property
    def parse(self) -> Callable[[bytes, Sequence[str]], pl.DataFrame]: ...


def perpetual_sources(perpetuals: Perpetuals) -> tuple[Source, ...]:
    """The pages of funding and open interest: of the present, and of past days where a provider
    tells what was paid then."""
    sources = []
    if perpetuals.funding or perpetuals.funding_history:
        sources.append(Source(FUNDING_PAGE, lambda scope: _fundings(perpetuals, scope)))
    if perpetuals.open_interest:
        sources.append(Source(OPEN_INTEREST_PAGE, lambda scope: _open(perpetuals, scope)))
    return tuple(sources)


def _fundings(perpetuals: Perpetuals, scope: Scope) -> Sequence[Question]:
    funding, history = perpetuals.funding, perpetuals.funding_history
    if scope.past is None:
        if funding is None:
            return ()
        batches = _batches(perpetuals, funding, scope)
        return [_question(funding.call(list(b)), funding, b, pl.lit(False)) for b in batches]
    if history is None:
        return ()
    batches = _batches(perpetuals, history, scope)
    return [_paid(history, batch, scope.past) for batch in batches]


def _open(perpetuals: Perpetuals, scope: Scope) -> Sequence[Question]:
    told = perpetuals.open_interest
    if told is None or scope.past:
        return ()
    batches = _batches(perpetuals, told, scope)
    return [_question(told.call(list(batch)), told, batch) for batch in batches]


def _batches(perpetuals: Perpetuals, told: _Told, scope: Scope) -> list[Natives]:
    """The perpetuals of the assets, as many a call as it takes."""
    single = told.batch == 1
    coins = [asset for asset in scope.assets if asset.kind == "coin"]
    found: dict[str, Symbol] = {}
    for asset in coins[:_ONE_BY_ONE] if single else coins:
        spelt = {
            native: symbol
            for quote in _QUOTES
            if (native := perpetuals.native(symbol := Symbol(asset.ticker, quote)))
        }
        found |= dict(list(spelt.items())[: 1 if single else None])
    names = list(found)
    return [
        {name: found[name] for name in names[at : at + told.batch]}
        for at in range(0, len(names), told.batch)
    ]


def _question(call: Call, told: _Told, natives: Natives, paid: pl.Expr | None = None) -> Question:
    """Rows of other perpetuals than these are left out: nobody has asked for them."""

    def parse(body: bytes) -> pl.DataFrame:
        frame = told.parse(body, list(natives)).rename({"native": "contract"})
        columns = [pl.col(name) for name in frame.columns[1:]]
        known = frame.join(_named(natives), on="contract", maintain_order="left")
        more = [] if paid is None else [paid.alias("paid")]
        return known.select("contract", "asset", "quote", *columns, *more)

    return Question(call, parse)


def _named(natives: Natives) -> pl.DataFrame:
    rows = [(name, symbol.base, symbol.quote) for name, symbol in natives.items()]
    schema = {name: FUNDING_PAGE.schema[name] for name in ("contract", "asset", "quote")}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _paid(history: FundingHistory, natives: Natives, past: tuple[int, int]) -> Question:
    """Those of the day alone; hours that the provider does not tell are those between payments."""
    question = _question(history.call(list(natives), *past), history, natives, pl.lit(True))
    start, end = (pl.from_epoch(pl.lit(at), "ms").dt.replace_time_zone("UTC") for at in past)
    time = pl.col("funding_at")
    apart = (time.diff().over("contract")).fill_null(strategy="backward").over("contract")
    minutes = apart.dt.total_minutes() / 60

    def parse(body: bytes) -> pl.DataFrame:
        frame = question.parse(body).sort("contract", "funding_at", maintain_order=True)
        hours = pl.coalesce("hours", pl.when(minutes > 0).then(minutes.round()))
        inside = time.is_null() | time.is_between(start, end, closed="left")
        return frame.with_columns(hours=hours).filter(inside)

    return Question(question.call, parse)
