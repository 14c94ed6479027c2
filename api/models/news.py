"""News."""

from typing import Literal

from pydantic import Field

from api.models.base import Model, Page, Stamped, Time, example
from api.models.sentiment import Mood


class ArticleSentiment(Model):
    """The sentiment of a title."""

    label: Mood | None
    score: float | None = Field(description="P(bullish) - P(bearish): from -1 to 1.")
    confidence: float | None = Field(description="Probability of the label: from 0 to 1.")
    engine: str | None = Field(description="What has read it.")
    model: str | None
    degraded: bool = Field(description="Whether a lexicon stood in for a model.")


class Article(Model):
    """A stored article."""

    id: str
    title: str
    summary: str | None
    url: str
    publisher: str | None
    author: str | None
    language: str | None = Field(description="In two letters.")
    assets: list[str] = Field(description="Tickers of what it mentions.")
    source: str = Field(description="The provider that carried it first.")
    also_in: list[str] = Field(description="Other providers that carried it.")
    also_at: list[str] = Field(description="Other addresses of it.")
    published_at: Time = Field(description="UTC.")
    fetched_at: Time = Field(description="UTC.")
    flags: list[str] = Field(description="What is odd about it.")
    sentiment: ArticleSentiment


class News(Page, Stamped):
    """Stored articles, the newest first, each with the sentiment of its title."""

    model_config = example(
        {
            "success": True,
            "news": [
                {
                    "id": "84a4dbd8f86a2d3f9ae1b4f1c8c0c5b1",
                    "title": "Bitcoin adds 2.6% in a day while shorts are forced to cover",
                    "summary": None,
                    "url": "https://decrypt.co/1495826/bitcoin-adds-2-6-in-a-day",
                    "publisher": None,
                    "author": "Mei Okafor",
                    "language": "en",
                    "assets": ["BTC"],
                    "source": "decrypt_rss",
                    "also_in": ["gdelt"],
                    "also_at": [],
                    "published_at": "2026-11-22T08:40:00Z",
                    "fetched_at": "2026-11-22T09:08:03.127Z",
                    "flags": [],
                    "sentiment": {
                        "label": "bullish",
                        "score": 0.9131,
                        "confidence": 0.9402,
                        "engine": "embedded",
                        "model": "headwater-minilm-1",
                        "degraded": False,
                    },
                }
            ],
            "count": 1,
            "symbol": None,
            "requested": None,
            "next_cursor": None,
            "timestamp": "2026-11-22T09:10:00.000Z",
        }
    )
    success: Literal[True]
    news: list[Article]
    count: int = Field(description="Articles of this page.")
    symbol: str | None = Field(description="Ticker of the asset that was asked for.")
    requested: str | None = Field(description="The spelling that was sent.")
