"""The mood of the market and of the news, and of texts that callers send."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.answers import Answer
from api.auth import OPEN, READ
from api.bodies import body_of, described
from api.models.base import documented
from api.models.sentiment import MarketMood, MoodHistory, TextAnalysis, TextSentiment
from api.params import now_ms
from api.queries import sentiment as queries
from api.queries.markets import find_asset
from api.services import Services, ServicesDep
from resources.errors import InvalidInput
from resources.news.mentions import mentioned
from resources.plan import Window
from resources.sentiment.topics import topics

router = APIRouter(tags=["sentiment"])
_HOUR_MS = 3_600_000
_LONGEST_TEXT = 20_000


class Text(BaseModel):
    """What is to be read; `symbol` is echoed in its canonical spelling."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(
        min_length=1, max_length=_LONGEST_TEXT, examples=["Bitcoin rallies after ETF approval"]
    )
    symbol: str | None = Field(None, max_length=64, examples=["BTC"])

    @field_validator("text")
    @classmethod
    def _says_something(cls, text: str) -> str:
        if not text.strip():
            raise ValueError("the text is blank")
        return text


class LabelledText(Text):
    """`labels` are the topics to choose among, instead of our own."""

    labels: list[Annotated[str, Field(min_length=1, max_length=100)]] | None = Field(
        None, min_length=1, max_length=20, examples=[["regulation", "hack"]]
    )


TextBody = Annotated[Text, Depends(body_of(Text))]
LabelledBody = Annotated[LabelledText, Depends(body_of(LabelledText))]


@router.get("/api/sentiment", dependencies=[OPEN], responses=documented(MarketMood))
def sentiment(services: ServicesDep) -> Answer:
    """The mood now: the newest fear and greed index, and the news of the last 24 hours.

    `overall` is the mean of the two, each from -1 to 1 (the index as (value - 50) / 50), of those
    that there are; `label` calls it bullish above 0.1, bearish below -0.1.
    """
    return Answer(queries.mood(services.lake, now_ms()))


@router.get(
    "/api/sentiment/history", dependencies=[OPEN], responses=documented(MoodHistory, 404, 409)
)
def history(
    services: ServicesDep,
    hours: Annotated[int, Query(ge=1, le=8_784, description="Hours back from now.")] = 168,
    symbol: Annotated[
        str | None, Query(max_length=64, description="Of articles that mention this asset.")
    ] = None,
    source: Annotated[
        str | None,
        Query(max_length=100, description="Of articles that this provider carried."),
    ] = None,
) -> Answer:
    """The mood of the news by hour of publication, oldest first; hours without articles are left out."""
    if symbol is not None and source is not None:
        raise InvalidInput("symbol or source, not both")
    asset = None if symbol is None else find_asset(services.registry, symbol).ticker
    provider = None if source is None else services.directory.provider(source).id
    end = now_ms() // _HOUR_MS * _HOUR_MS + _HOUR_MS
    rows = queries.by_hour(services.lake, Window(end - hours * _HOUR_MS, end), asset, provider)
    return Answer(
        {"data": rows, "count": len(rows), "hours": hours, "symbol": asset, "source": provider}
    )


@router.post(
    "/api/sentiment/analyze",
    dependencies=[READ],
    openapi_extra=described(Text),
    responses=documented(TextSentiment, 404, 409),
)
def analyze(services: ServicesDep, body: TextBody) -> Answer:
    """The sentiment of a text of up to 20,000 characters.

    `sentiment` and `label` are bullish, neutral or bearish; `score` is P(bullish) - P(bearish).
    `truncated` says that the model has not read its end, `degraded` that no model could be loaded;
    `read` is false where the text is in a script that the model cannot read.
    """
    return Answer(_read(services, body))


@router.post(
    "/api/sentiment/crypto-analysis",
    dependencies=[READ],
    openapi_extra=described(LabelledText),
    responses=documented(TextAnalysis, 404, 409),
)
def crypto_analysis(services: ServicesDep, body: LabelledBody) -> Answer:
    """The sentiment of a text, what it is about, and the assets that it mentions."""
    found = topics(body.text, body.labels, services.reader.zero_shot())
    about = [{"name": topic.name, "score": topic.score} for topic in found]
    assets = mentioned(body.text)
    return Answer({**_read(services, body), "topics": about, "assets": assets})


def _read(services: Services, body: Text) -> dict[str, Any]:
    asset = None if body.symbol is None else find_asset(services.registry, body.symbol).ticker
    score = services.reader.engine().score([body.text])[0]
    return {
        "sentiment": score.label,
        "label": score.label,
        "score": score.score,
        "confidence": score.confidence,
        "engine": score.engine,
        "model": score.model,
        "degraded": score.degraded,
        "truncated": score.truncated,
        "read": score.read,
        "symbol": asset,
        "requested": body.symbol,
    }
