"""Candles: the newest, their history, their gaps, and who can tell them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.models.base import Model, Page, Stamped, Time, absent, example
from api.models.market import MarketStatus

# What a history can be had as beside JSON.
FILES = "text/csv application/vnd.apache.parquet application/vnd.apache.arrow.file"
_NAMES = {"symbol": "BTC/USDT", "requested": "btcusdt", "interval": "1h", "quote": "USDT"}
_CANDLE = {
    "open_time": "2026-11-21T23:00:00Z",
    "close_time": "2026-11-22T00:00:00Z",
    "open": 63756.91,
    "high": 63919.27,
    "low": 63393.74,
    "close": 63592.9,
    "volume": 1095.12245,
    "quote_volume": 69682801.7151,
    "trades": 118668,
    "closed": True,
    "source": "binance",
    "fetched_at": "2026-11-22T00:14:07.627Z",
}
_LISTED: dict[str, Any] = {**_NAMES, "data": [_CANDLE], "count": 1, "source": "binance"}


class Candle(Model):
    """A candle. Where one was missing and is filled, its times alone are sure to be there."""

    open_time: Time = Field(description="When it opens, UTC.")
    close_time: Time = Field(description="When it closes, UTC: the open time of the next.")
    open: float | None = Field(description="First price, in `quote`.")
    high: float | None = Field(description="Highest price, in `quote`.")
    low: float | None = Field(description="Lowest price, in `quote`.")
    close: float | None = Field(description="Last price, in `quote`.")
    volume: float | None = Field(description="What was traded, in the base asset.")
    quote_volume: float | None = Field(description="What was traded, in `quote`.")
    trades: int | None = Field(description="How many trades there were.")
    closed: bool = Field(description="False of the one that is forming.")
    source: str | None = Field(
        description="The provider, or resampled:… of the interval that it was made of."
    )
    fetched_at: Time | None = Field(description="When it was fetched, UTC.")
    filled: bool = absent("Whether none is stored; where `fill` was asked for.")


class _Listed(Stamped):
    symbol: str = Field(description="The market.")
    requested: str = Field(description="The spelling that was sent.")
    interval: str = Field(description="Length of a candle.")
    quote: str = Field(description="Currency of the prices.")
    data: list[Candle]
    count: int = Field(description="Candles of this answer.")
    source: str | None = Field(
        description="Everyone who told any of them; null where there is none."
    )


class NewestCandles(_Listed):
    """The newest closed candles, oldest first."""

    model_config = example({"success": True, **_LISTED, "timestamp": "2026-11-22T00:14:46.373Z"})
    success: Literal[True]


class CandleHistory(Page, _Listed):
    """Closed candles of a range, oldest first."""

    model_config = example(
        {**_LISTED, "next_cursor": None, "timestamp": "2026-11-22T00:14:46.464Z"}
    )


class CandleProvider(Model):
    """What one provider can tell of a market's candles."""

    provider_id: str
    provider_name: str
    native: str = Field(description="The provider's name of the market.")
    listed: bool | None = Field(
        description="Null where no listing is known: it is asked all the same."
    )
    files: bool = Field(description="Whether it has files of whole days or months.")
    page: int = Field(description="Candles of a full page.")
    calls: int = Field(description="Calls of a full page.")
    weight: int = Field(description="What a full page takes of the provider's limits.")
    candles_per_weight: float
    candles_per_second: float | None = Field(
        description="What all limits together allow; null without limits."
    )
    least: int = Field(description="Fewer candles are not asked of it.")
    depth: int | None = Field(description="Only so many of the newest can be had; null: all.")
    newest: Time | None = Field(description="Only those before this can be had, UTC; null: all.")
    priority: int = Field(description="The lowest is asked first.")


class CandleProviders(Stamped):
    """Whose candles of a market can be had: how many at once, how deep, and at what cost."""

    model_config = example(
        {
            "symbol": "BTC/USDT",
            "requested": "BTC",
            "interval": "1m",
            "data": [
                {
                    "provider_id": "binance",
                    "provider_name": "Binance",
                    "native": "BTCUSDT",
                    "listed": True,
                    "files": False,
                    "page": 1000,
                    "calls": 1,
                    "weight": 2,
                    "candles_per_weight": 500.0,
                    "candles_per_second": 50000.0,
                    "least": 1,
                    "depth": None,
                    "newest": None,
                    "priority": 1,
                }
            ],
            "count": 1,
            "timestamp": "2026-11-22T00:14:46.545Z",
        }
    )
    symbol: str = Field(description="The market.")
    requested: str = Field(description="The spelling that was sent.")
    interval: str
    data: list[CandleProvider]
    count: int


class Gap(Model):
    """[from, to) of open times without a candle."""

    start: Annotated[Time, Field(alias="from", description="Open time of the first, UTC.")]
    to: Time = Field(description="Open time of the next that there is, UTC.")
    candles: int = Field(description="How many are missing.")
    reason: Literal["outage", "no trade", "not listed", "not fetched", "quarantined"]
    providers: list[str] = Field(description="Those that were asked and had none.")


class CandleGaps(Page, Stamped):
    """How many candles there should be, how many are stored, and why the others are not."""

    model_config = example(
        {
            **_NAMES,
            "from": "2024-01-30T00:00:00Z",
            "to": "2024-02-02T00:00:00Z",
            "expected": 72,
            "present": 70,
            "missing": [
                {
                    "from": "2024-01-31T05:00:00Z",
                    "to": "2024-01-31T07:00:00Z",
                    "candles": 2,
                    "reason": "no trade",
                    "providers": ["binance", "okx"],
                }
            ],
            "status": [{"status": "listed", "from": "2026-11-21T00:14:00.311Z", "to": None}],
            "next_cursor": None,
            "timestamp": "2026-11-22T00:14:46.539Z",
        }
    )
    symbol: str = Field(description="The market.")
    requested: str = Field(description="The spelling that was sent.")
    interval: str
    quote: str
    start: Annotated[
        Time | None, Field(alias="from", description="First open time of the range, UTC.")
    ]
    to: Time | None = Field(description="End of the range, UTC; null where nothing is stored.")
    expected: int = Field(description="Candles that there should be.")
    present: int = Field(description="Candles that are stored.")
    missing: list[Gap] = Field(description="Ranges without candles, a page of them.")
    status: list[MarketStatus]
