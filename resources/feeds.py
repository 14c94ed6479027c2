"""What the pools answer, in our own words: pages of candles and quotes of assets."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

import polars as pl

from resources import pools
from resources.candle_answers import candle_answer
from resources.directory import Directory
from resources.errors import NoneAvailable, NotCalled, NotFound, RefusedRequest, Unavailable
from resources.flush import CandlePage
from resources.http.client import Client
from resources.http.line import AtMost
from resources.http.pick import Pick
from resources.http.pool import Pool
from resources.ledger import Ledger, listings
from resources.market import Asset, Interval, Registry, Symbol, load_registry
from resources.plan import OHLCV_ASSET, PRICES_ASSET, Cost, Demand, Window, cost
from resources.price_rules import RULES
from resources.providers.base import CandleQuery, Provider, Tickers
from resources.quotes import DOLLAR, PRICE_QUOTES, STABLECOINS, Quotes, heard
from resources.schemas import UTC_TIME, check_quotes, utc

_LISTING_AGE = 86_400_000
# Providers publish a candle within this time after its close, ms.
PUBLISHED_WITHIN = 600_000
# A minute's prices do not wait longer for a listing, seconds: who lists what is then not known.
_LISTED_WITHIN = 10.0
# Who reads the same exchanges as we do: so many of a minute's quorum, where exchanges can be asked.
_AGGREGATORS = AtMost(2, lambda provider: provider.category == "market_data")


class Feeds:
    """Asks the pools "ohlcv" and "prices"; knows what each member lists."""

    def __init__(
        self, client: Client, ledger: Ledger, registry: Registry, ohlcv: Pool, prices: Pool
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._registry = registry
        self._ohlcv = ohlcv
        self._prices = prices
        self._refreshing = asyncio.Lock()
        self._listed: dict[str, set[str] | None] = {}

    async def candle_page(
        self,
        symbol: Symbol,
        interval: Interval,
        window: Window,
        but: frozenset[str] = frozenset(),
    ) -> CandlePage:
        """The first page of a window, from the first member of the pool that can serve it.

        `but` are ids of members that are not asked, nor are those that mirror them. Raises
        NotFound when no other member has such candles, NoneAvailable when none can be called or
        answers now.
        """
        now = time.time_ns() // 1_000_000
        await self._refresh_listings(self._ohlcv)
        members = self._ohlcv.members
        sources = {_source(member.provider) for member in members if member.provider.id in but}

        def able(provider: Provider) -> bool:
            demand = Demand(symbol, interval, window)
            return _source(provider) not in sources and self._serves(provider, demand, now)

        async def ask(pick: Pick) -> CandlePage:
            return await self._candle_page(pick, symbol, interval, window, now)

        def weigh(provider: Provider) -> int:
            candles, native = provider.candles, provider.native(symbol)
            if candles is None or native is None:
                return 1
            return candles.calls(_query(native, interval, window, now))[0].weight

        if members and not any(able(member.provider) for member in members):
            raise NotFound(
                f"no provider has {interval} candles of {symbol} from {utc(window.start)} on"
            )
        _, page = await self._ohlcv.first(ask, able, weigh)
        return page

    def cost(self, demands: Iterable[Demand]) -> Mapping[str, Cost]:
        """What it costs each member of the pool to fetch these candles (see `plan.cost`).

        A member whose listing nobody has asked for yet counts as having every market.
        """
        now = time.time_ns() // 1_000_000
        members = sorted(self._ohlcv.members, key=lambda m: (m.priority, -m.weight, m.provider.id))
        providers = [member.provider for member in members]
        for provider in providers:
            if provider.id not in self._listed:
                known = listings.listed(self._ledger, provider.id, _LISTING_AGE)
                if known:
                    self._listed[provider.id] = known
        return cost(demands, providers, lambda who, what: self._serves(who, what, now))

    async def quotes(
        self, assets: Sequence[Asset], quorum: int, seconds: float = 20.0
    ) -> list[Quotes]:
        """What `quorum` members of the pool answer for these assets, and a few more members for
        those that too few of them quote.

        No call begins after so many `seconds`, nor one of the quorum after half of them: who has
        not told all by then counts with what it has told. Raises NoneAvailable when not one answers.
        """
        await self._refresh_listings(self._prices, _LISTED_WITHIN)
        now = asyncio.get_running_loop().time()
        answers = await self._quoted(assets, quorum, now + seconds / 2)
        coins = [asset for asset in assets if asset.ticker not in STABLECOINS]
        rates = [asset for asset in assets if asset.ticker in STABLECOINS]
        for group in (*([rate] for rate in rates), coins):
            said = heard(answers)
            lacking = [asset for asset in group if said.get(asset.ticker, 0) < RULES.agreeing]
            if lacking:
                more = RULES.agreeing - min(said.get(asset.ticker, 0) for asset in lacking)
                with suppress(NoneAvailable):
                    answers += await self._quoted(lacking, more, now + seconds, answers)
        return answers

    async def _quoted(
        self, assets: Sequence[Asset], members: int, until: float, before: Sequence[Quotes] = ()
    ) -> list[Quotes]:
        """What so many members of the pool answer whose opinion was not heard before.

        Of stablecoins alone only those are asked who quote them in dollars.
        """
        origins = {answer.origin for answer in before}
        quotes = (DOLLAR,) if all(a.ticker in STABLECOINS for a in assets) else PRICE_QUOTES

        def able(provider: Provider) -> bool:
            is_new = provider.tickers is not None and _source(provider) not in origins
            return is_new and bool(self._spelt(provider, assets, quotes))

        async def ask(pick: Pick) -> Quotes:
            return await self._quotes(pick, self._spelt(pick.provider, assets, quotes), until)

        def weigh(provider: Provider) -> int:
            tickers, natives = provider.tickers, list(self._spelt(provider, assets, quotes))
            return tickers.call(natives[: tickers.batch]).weight if tickers else 1

        answers, _ = await self._prices.several(
            members, ask, able, weigh, follows_up=bool(before), at_most=_AGGREGATORS
        )
        return [quotes for _, quotes in answers]

    async def _candle_page(
        self, pick: Pick, symbol: Symbol, interval: Interval, window: Window, now: int
    ) -> CandlePage:
        provider = pick.provider
        candles, native = provider.candles, provider.native(symbol)
        if candles is None or native is None:
            raise RefusedRequest(f"{provider.name} has no candles of {symbol}", provider.id)
        query = _query(native, interval, window, now)
        answer = await candle_answer(self._client, pick, candles, query)
        # What had closed by then is whole in the answer, whichever of the two clocks is off.
        told_at = min(answer.server_time or answer.sent_at, answer.sent_at)
        proven = Window(*candles.covered(query, answer.value)).clip(window)
        return CandlePage(
            str(symbol),
            provider.id,
            answer.value,
            _settled(proven, answer.value, interval, told_at),
            answer.fetched_at,
            told_at,
        )

    async def _quotes(self, pick: Pick, spelt: Mapping[str, Symbol], until: float) -> Quotes:
        provider, tickers = pick.provider, pick.provider.tickers
        if tickers is None:
            raise RefusedRequest(f"{provider.name} has no tickers", provider.id)
        names, frames = list(spelt), list[pl.DataFrame]()
        for at in range(0, len(names), tickers.batch):
            if asyncio.get_running_loop().time() >= until:
                break
            natives = names[at : at + tickers.batch]
            # Who has begun to answer goes on; another would have to begin anew.
            answer = await self._client.get(
                provider,
                tickers.call(natives),
                _quote_parser(tickers, natives),
                max_wait=None if frames else 0,
                pick=None if frames else pick,
            )
            checked = check_quotes(answer.value, answer.fetched_at)
            fetched_at = pl.lit(utc(answer.fetched_at), UTC_TIME)
            frames.append(checked.with_columns(fetched_at=fetched_at))
        if not frames:
            raise NotCalled("the time for quotes is over")
        frame = pl.concat(frames).filter(pl.col("native").is_in(list(spelt)))
        rows = [(native, symbol.base, symbol.quote) for native, symbol in spelt.items()]
        markets = pl.DataFrame(rows, schema=["native", "symbol", "quote"], orient="row")
        return Quotes(
            provider.id, frame.join(markets, on="native").drop("native"), _source(provider)
        )

    def _spelt(
        self, provider: Provider, assets: Sequence[Asset], quotes: Sequence[str]
    ) -> dict[str, Symbol]:
        """The market of each asset that a provider quotes it in, by the provider's spelling: that
        in the first of `quotes` which it lists."""
        spelt: dict[str, Symbol] = {}
        for asset in assets:
            for quote in quotes:
                symbol = Symbol(asset.ticker, quote)
                native = provider.native(symbol)
                if quote != asset.ticker and native and self._lists(provider, symbol):
                    spelt[native] = symbol
                    break
        return spelt

    def _serves(self, provider: Provider, demand: Demand, now: int) -> bool:
        candles, native = provider.candles, provider.native(demand.symbol)
        if candles is None or native is None:
            return False
        query = CandleQuery(native, demand.interval, demand.window.start, demand.window.end)
        return candles.serves(query, now) and self._lists(provider, demand.symbol)

    def _lists(self, provider: Provider, symbol: Symbol) -> bool:
        """Whether a market is listed; a provider whose listing is unknown is asked all the same."""
        if provider.native(symbol) is None:
            return False
        known = self._listed.get(provider.id)
        return known is None or str(symbol) in known

    async def _refresh_listings(self, pool: Pool, seconds: float | None = None) -> None:
        async with self._refreshing:
            parsed = (m.provider for m in pool.members if m.provider.candles or m.provider.tickers)
            unknown = [provider for provider in parsed if provider.id not in self._listed]
            found = await asyncio.gather(*(self._listing(one, seconds) for one in unknown))
            names = (provider.id for provider in unknown)
            self._listed.update(zip(names, found, strict=True))

    async def _listing(self, provider: Provider, seconds: float | None) -> set[str] | None:
        markets = provider.markets
        known = listings.listed(self._ledger, provider.id, _LISTING_AGE)
        if markets is None or known is not None:
            return known
        try:
            async with asyncio.timeout(seconds):
                answer = await self._client.get(provider, markets.call(), markets.parse)
        except (Unavailable, TimeoutError):
            return None
        natives = set(answer.value["native"])
        found = {str(s) for s in self._registry.markets() if provider.native(s) in natives}
        return listings.replace(self._ledger, provider.id, found)


def build_feeds(client: Client, ledger: Ledger) -> Feeds:
    """The feeds over the pools of the ledger, which are seeded with providers that are new."""
    directory = Directory(ledger)
    pools.seed(ledger, directory.providers())
    ohlcv, prices = (
        Pool(
            feed,
            pools.membership(ledger, directory, feed, sandboxed=client.sandboxed),
            client.permits,
            patience=client.deadline,
        )
        for feed in (OHLCV_ASSET, PRICES_ASSET)
    )
    return Feeds(client, ledger, load_registry(), ohlcv, prices)


def _query(native: str, interval: Interval, window: Window, now: int) -> CandleQuery:
    # At the live edge the candle that still forms comes along for nothing.
    live = interval.ms if window.end >= interval.floor(now) else 0
    return CandleQuery(native, interval, window.start, window.end + live)


def _source(provider: Provider) -> str:
    """The id of the provider whose data these are."""
    return provider.mirrors or provider.id


def _quote_parser(tickers: Tickers, natives: Sequence[str]) -> Callable[[bytes], pl.DataFrame]:
    return lambda body: tickers.parse(body, natives)


def _settled(window: Window, frame: pl.DataFrame, interval: Interval, server_time: int) -> Window:
    """The window up to where a candle that is missing will not come any more.

    Providers publish a candle some seconds after its close: the newest minutes count as
    covered only as far as candles were seen.
    """
    newest = frame["open_time"].dt.epoch("ms").max() if frame.height else None
    seen = interval.floor(min(int(str(newest)) + interval.ms, server_time)) if newest else 0
    settled = interval.floor(server_time - PUBLISHED_WITHIN)
    end = min(window.end, max(seen, settled))
    return Window(window.start, max(window.start, end))
