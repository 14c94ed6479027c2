"""What is collected by default; `resources/settings.py` reads it with all other settings."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings

from resources.cron import check_cron
from resources.market.interval import Interval
from resources.market.watchlist import read_watchlist
from resources.setting_values import checked_by, named


class CollectionSettings(BaseSettings):
    """What is asked for, how often, and what it is measured by."""

    top_n_cryptos: int | None = Field(
        None,
        ge=1,
        validation_alias=named("TOP_N_CRYPTOS"),
        description="How many of the registry's assets are active. Default: 100, on the sandbox 20.",
    )
    collection_start_date: date = Field(
        date(2025, 1, 1),
        validation_alias=named("COLLECTION_START_DATE"),
        description="First day (UTC) that default collections ask for.",
    )
    collection_intervals: list[Annotated[Interval, BeforeValidator(checked_by(Interval.parse))]] = (
        Field(
            [Interval.H1, Interval.D1],
            min_length=1,
            description="Intervals of the candles that are collected by default.",
        )
    )
    collection_retries: int = Field(
        3,
        ge=0,
        le=10,
        description="How often a market's candles are asked for again, after 2, 4, 8 … s.",
    )
    candle_tolerance: float = Field(
        0.005,
        gt=0,
        lt=1,
        description="Share of the close by which two providers' candles may differ.",
    )
    collection_schedule: Annotated[str, AfterValidator(checked_by(check_cron))] = Field(
        "1 */6 * * *",
        validation_alias=named("COLLECTION_SCHEDULE"),
        description="When all intervals are collected up to now: a cron expression, UTC.",
    )
    watchlist: Annotated[dict[str, list[str]], AfterValidator(checked_by(read_watchlist))] = Field(
        {},
        description='What is collected beside the largest coins: {"symbols": ["SOL/USDT"], "intervals": ["15m"]}.',
    )
    price_quorum: int = Field(
        5, ge=1, description="How many providers are asked for a price each minute."
    )
