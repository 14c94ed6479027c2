"""What all models of answers share."""

import inspect
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

Responses = dict[int | str, dict[str, Any]]

_TIME = {"type": "string", "format": "date-time", "pattern": "Z$"}
# ISO 8601 in UTC: 2026-10-05T12:00:00Z, with milliseconds where there are some.
Time = Annotated[str, WithJsonSchema(_TIME)]


class Model(BaseModel):
    """An object of an answer. A field without a default is always there, null or not."""


class Stamped(Model):
    """An answer with the time that it was made at."""

    timestamp: Time = Field(description="When this answer was made, UTC.")


class Page(Model):
    """A list that can grow."""

    next_cursor: str | None = Field(description="`cursor` of the next page; null at the end.")


def absent(description: str) -> Any:
    """A field that is left out where there is nothing to tell."""
    return Field(None, description=description, json_schema_extra=_without_default)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def example(one: Any) -> ConfigDict:
    """The example of a model."""
    return ConfigDict(json_schema_extra={"examples": [one]})


def documented(model: Any, *problems: int, status: int = 200, files: str = "") -> Responses:
    """What a route answers with: `model` where all goes well, and the `problems` of its own.

    api/openapi.py adds the problems that any route may answer with, those of its access and
    of its parameters: 401, 403, 404 of a name in the path, 413, 422, 429, 503. `files` are
    the media types of other forms of the same answer, or of the only one where `model` is None.
    """
    found: dict[str, Any] = {"description": _first_line(model)}
    if model is not None:
        found["model"] = model
    if files:
        found["content"] = {kind: {"schema": {"type": "string"}} for kind in files.split()}
    return {status: found, **{code: {"description": "A problem."} for code in problems}}


def _first_line(model: Any) -> str:
    told = inspect.getdoc(model) if isinstance(model, type) else None
    return told.partition("\n")[0] if told else "A file."
