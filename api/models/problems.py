"""Every error has one shape, RFC 9457."""

from typing import Any

from pydantic import Field

from api.models.base import Model, absent, example


class Problem(Model):
    """Why a request was not answered as it was meant; what is unknown is left out."""

    model_config = example(
        {
            "type": "urn:headwater:unknown-symbol",
            "title": "Unknown symbol",
            "status": 404,
            "detail": "no asset or market is spelt 'BTTC'; nearest: BTTC, BTC",
            "instance": "/api/ohlcv/history/BTTC",
            "nearest": ["BTT", "BTC"],
        }
    )
    type: str = Field(description="The kind of problem: `about:blank`, or urn:headwater:….")
    title: str = Field(description="The kind of problem, in words.")
    status: int = Field(description="The status of the answer.")
    detail: str = Field(description="What was wrong this time.")
    instance: str = Field(description="The path that was asked.")
    errors: list[dict[str, Any]] = absent("Of 422: each thing that is wrong.")
    nearest: list[str] = absent("Of 404: names that are nearest to the unknown.")
    candidates: list[str] = absent("Of 409: what an ambiguous name may mean.")
    checks: dict[str, Any] = absent("Of 503: each check, with its reason.")
    components: dict[str, Any] = absent("Of 503: how each part of the service is.")
    services: dict[str, Any] = absent("Of 503: the state of each service.")
    rejected: int = absent("Of an import: entries that cannot be stored.")
    warnings: list[str] = absent("Of an import: what was noticed beside.")
