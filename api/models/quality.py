"""How fresh and how good the stored data are."""

from typing import Annotated, Literal

from pydantic import Field

from api.models.base import Model, Page, Stamped, Time, example

_STAMP = {"timestamp": "2026-11-22T03:14:46.135Z"}


class FeedFreshness(Model):
    """How fresh the newest data of a feed are."""

    feed: str
    newest: Time | None = Field(description="Time of its newest data, UTC.")
    age_seconds: float | None = Field(description="Below 0 where a clock was ahead.")
    target_seconds: float = Field(description="How old they may be.")
    status: Literal["fresh", "stale", "unknown"] = Field(description="Unknown before the first.")


class Freshness(Stamped):
    """Of each feed the time of its newest data, their age and how old they may be."""

    model_config = example(
        {
            "feeds": [
                {
                    "feed": "prices",
                    "newest": "2026-07-11T10:20:00Z",
                    "age_seconds": 30.512,
                    "target_seconds": 300.0,
                    "status": "fresh",
                }
            ],
            **_STAMP,
        }
    )
    feeds: list[FeedFreshness]


class Measures(Model):
    """What was counted; null does not apply."""

    score: float | None = Field(description="From 0 to 100.")
    completeness: float | None = Field(description="Present of expected, from 0 to 1.")
    expected: int
    present: int
    gaps: int = Field(description="How many ranges are missing.")
    not_fetched: int | None
    quarantined: int | None
    not_there: int | None = Field(description="Missing since nobody had them.")
    duplicates: int
    revisions: int
    outliers: int | None
    comparisons: int = Field(description="With other providers.")
    disagreements: int
    agreement: float | None = Field(description="Of the comparisons, from 0 to 1.")


class QualityWindow(Measures):
    """The days of a window in one."""

    days: int = Field(description="How many were measured.")
    start: Annotated[Time, Field(alias="from", description="The first, UTC.")]


class SymbolQuality(Measures):
    """The newest day of a market's candles, or the last 1,440 minutes of an asset's prices."""

    feed: Literal["ohlcv", "prices"]
    symbol: str
    interval: str
    source: str = Field(description="Who measured or made it.")
    start: Annotated[Time, Field(alias="from", description="Since when, UTC.")]
    to: Time = Field(description="Until when, UTC.")
    measured_at: Time = Field(description="UTC.")
    window: QualityWindow | None = Field(description="Of candles, the last days.")


_MEASURED = {
    "score": 99.17,
    "completeness": 1.0,
    "expected": 24,
    "present": 24,
    "gaps": 0,
    "not_fetched": 0,
    "quarantined": 0,
    "not_there": 0,
    "duplicates": 0,
    "revisions": 0,
    "outliers": 0,
    "comparisons": 24,
    "disagreements": 1,
    "agreement": 0.9583,
}


class Quality(Page, Stamped):
    """How good each market's candles and each asset's prices are, by feed, symbol and interval."""

    model_config = example(
        {
            "data": [
                {
                    "feed": "ohlcv",
                    "symbol": "BTC/USDT",
                    "interval": "1h",
                    "source": "headwater",
                    "from": "2026-11-21T00:00:00Z",
                    "to": "2026-11-22T00:00:00Z",
                    **_MEASURED,
                    "measured_at": "2026-11-22T01:43:02.114Z",
                    "window": {"days": 1, "from": "2026-11-21T00:00:00Z", **_MEASURED},
                }
            ],
            "count": 1,
            "next_cursor": None,
            **_STAMP,
        }
    )
    data: list[SymbolQuality]
    count: int


class QualityEvent(Model):
    """A candle that sources do not agree on."""

    kind: Literal["disagreement", "resampled"] = Field(
        description="Between two providers, or with what was made of its lower interval."
    )
    symbol: str
    interval: str
    open_time: Time = Field(description="UTC.")
    close: float = Field(description="The one that is stored, of `source`.")
    source: str
    other_close: float
    other_source: str
    difference: float = Field(description="other_close / close - 1.")
    recorded_at: Time = Field(description="UTC.")


class QualityEvents(Page, Stamped):
    """Candles that sources do not agree on, the newest first."""

    model_config = example(
        {
            "data": [
                {
                    "kind": "disagreement",
                    "symbol": "BTC/USDT",
                    "interval": "1h",
                    "open_time": "2026-11-21T12:00:00Z",
                    "close": 63592.9,
                    "source": "binance",
                    "other_close": 63951.2,
                    "other_source": "kraken",
                    "difference": 0.005634,
                    "recorded_at": "2026-11-22T01:43:01.870Z",
                }
            ],
            "count": 1,
            "next_cursor": None,
            **_STAMP,
        }
    )
    data: list[QualityEvent]
    count: int
