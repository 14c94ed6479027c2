"""The mood of the market and of the news, and of texts that callers send."""

from typing import Literal

from pydantic import Field

from api.models.base import Model, Stamped, Time, example

Mood = Literal["bullish", "neutral", "bearish"]
_STAMP = {"timestamp": "2026-07-11T10:20:30.512Z"}
_MODEL = {"engine": "embedded", "model": "headwater-minilm-1", "degraded": False}


class FearGreed(Model):
    """From 0, extreme fear, to 100, extreme greed."""

    value: float
    classification: str = Field(description="The value in words.")


class _Counts(Model):
    articles: int
    bullish: int
    neutral: int
    bearish: int
    score: float | None = Field(description="Mean of the scores: from -1 to 1.")
    models: list[str] = Field(description="What has read them.")
    label: Mood | None = Field(description="Bullish above 0.1, bearish below -0.1.")


class NewsMood(_Counts):
    """The articles of the last hours in one."""

    hours: int


class OverallMood(Model):
    """The mean of index and news, of those that there are."""

    score: float | None = Field(description="From -1 to 1.")
    label: Mood | None


_COUNTED = {
    "articles": 9,
    "bullish": 3,
    "neutral": 5,
    "bearish": 1,
    "score": 0.2034,
    "models": ["embedded headwater-minilm-1"],
    "label": "bullish",
}


class MarketMood(Stamped):
    """The mood now: the newest fear and greed index, and the news of the last 24 hours."""

    model_config = example(
        {
            "fear_greed_index": {"value": 26.0, "classification": "Fear"},
            "fear_greed_label": "Fear",
            "fear_greed_day": "2026-07-11T00:00:00Z",
            "news": {**_COUNTED, "hours": 24},
            "overall": {"score": -0.1383, "label": "bearish"},
            "source": "alternative_me,news",
            "sources": ["alternative_me", "news"],
            **_STAMP,
        }
    )
    fear_greed_index: FearGreed | None = Field(description="Null where none is stored of a week.")
    fear_greed_label: str | None = Field(description="Its value in words.")
    fear_greed_day: Time | None = Field(description="Its day, UTC.")
    news: NewsMood
    overall: OverallMood
    source: str | None = Field(description="Everyone who told any of it.")
    sources: list[str] = Field(description="The same as a list.")


class MoodHour(_Counts):
    """The articles of one hour of publication."""

    hour: Time = Field(description="Its start, UTC.")


class MoodHistory(Stamped):
    """The mood of the news by hour of publication, oldest first."""

    model_config = example(
        {
            "data": [{"hour": "2026-07-11T09:00:00Z", **_COUNTED}],
            "count": 1,
            "hours": 168,
            "symbol": "BTC",
            "source": None,
            **_STAMP,
        }
    )
    data: list[MoodHour]
    count: int
    hours: int = Field(description="How far it looks back.")
    symbol: str | None = Field(description="Ticker of the asset that was asked for.")
    source: str | None = Field(description="Id of the provider that was asked for.")


class FearGreedDay(FearGreed):
    """The index of one day."""

    day: Time = Field(description="Its start, UTC.")
    source: str = Field(description="Whose index it is.")


class FearGreedHistory(Stamped):
    """An index of fear and greed, a row per day, oldest first."""

    model_config = example(
        {
            "success": True,
            "data": [
                {
                    "day": "2026-11-22T00:00:00Z",
                    "value": 26.0,
                    "classification": "Fear",
                    "source": "alternative_me",
                }
            ],
            "count": 1,
            "days": 1,
            "source": "alternative_me",
            "sources": ["alternative_me", "coinmarketcap"],
            **_STAMP,
        }
    )
    success: Literal[True]
    data: list[FearGreedDay]
    count: int
    days: int = Field(description="How far it looks back.")
    source: str | None = Field(description="Whose index it is.")
    sources: list[str] = Field(description="Whose indexes are stored.")


class SocialPosts(Model):
    """How many posts of a source mention an asset."""

    symbol: str = Field(description="Ticker of the asset.")
    posts: int
    engagement: int | None = Field(description="Answers and votes of these posts.")
    window_hours: float | None = Field(description="How long the posts reach back.")
    at: Time = Field(description="The hour, UTC.")
    source: str


class Social(Stamped):
    """The posts that mention an asset, by source, as counted in the newest hour."""

    model_config = example(
        {
            "success": True,
            "data": [
                {
                    "symbol": "BTC",
                    "posts": 31,
                    "engagement": 1204,
                    "window_hours": 11.25,
                    "at": "2026-11-22T09:00:00Z",
                    "source": "reddit",
                }
            ],
            "count": 1,
            "symbol": "BTC",
            "requested": "btcusdt",
            "source": "reddit",
            "sources": ["reddit"],
            **_STAMP,
        }
    )
    success: Literal[True]
    data: list[SocialPosts]
    count: int
    symbol: str | None = Field(description="Ticker of the asset that was asked for.")
    requested: str | None = Field(description="The spelling that was sent.")
    source: str | None = Field(description="Everyone who told any of it.")
    sources: list[str] = Field(description="The same as a list.")


_READ = {
    "sentiment": "bullish",
    "label": "bullish",
    "score": 0.9312,
    "confidence": 0.9487,
    **_MODEL,
    "truncated": False,
    "read": True,
    "symbol": "BTC",
    "requested": "btcusdt",
}


class TextSentiment(Stamped):
    """The sentiment of a text."""

    model_config = example({**_READ, **_STAMP})
    sentiment: Mood
    label: Mood = Field(description="The same.")
    score: float = Field(description="P(bullish) - P(bearish): from -1 to 1.")
    confidence: float = Field(description="Probability of the label: from 0 to 1.")
    engine: str = Field(description="What has read it.")
    model: str
    degraded: bool = Field(description="Whether a lexicon stood in for a model.")
    truncated: bool = Field(description="Whether the model has not read the end.")
    read: bool = Field(description="False where the model cannot read the text's script.")
    symbol: str | None = Field(description="Ticker of the asset that was sent.")
    requested: str | None = Field(description="The spelling that was sent.")


class Topic(Model):
    """What a text is about."""

    name: str
    score: float = Field(description="From 0 to 1.")


class TextAnalysis(TextSentiment):
    """The sentiment of a text, what it is about, and the assets that it mentions."""

    model_config = example(
        {**_READ, "topics": [{"name": "regulation", "score": 0.5}], "assets": ["BTC"], **_STAMP}
    )
    topics: list[Topic]
    assets: list[str] = Field(description="Tickers.")
