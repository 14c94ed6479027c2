"""Bodies of requests; how large they may be is the concern of api/middleware.py."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
import pydantic
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from resources.errors import InvalidInput, TooLarge

# What a multipart body has beside its file.
_AROUND = 100_000
# In bytes: what a route takes that says nothing else.
MOST = 1_000_000
# By path.
LARGER = {"/api/v2/config/import": 10_000_000 + _AROUND}
# Of one object: each that no model knows costs as much as one that is known.
_MOST_MEMBERS = 100

Body = TypeVar("Body", bound=pydantic.BaseModel)


def body_of(model: type[Body]) -> Callable[[Request], Awaitable[Body]]:
    """Reads the body as a dependency: so after those that declare the access of a route.

    A parameter that is declared as the model itself would be read before them. A body of
    nothing counts as an object without members.
    """

    async def read(request: Request) -> Body:
        content = await request.body()
        try:
            return model.model_validate(_object(content) if content else {})
        except pydantic.ValidationError as error:
            # What was sent is sent back to nobody.
            errors = error.errors(include_url=False, include_context=False, include_input=False)
            raise RequestValidationError(
                [{**one, "loc": ("body", *one["loc"])} for one in errors]
            ) from error

    return read


def described(model: type[pydantic.BaseModel]) -> dict[str, Any]:
    """The same body for /openapi.json."""
    schema = model.model_json_schema()
    schema = _inlined(schema, schema.pop("$defs", {}))
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": bool(schema.get("required")), "content": content}}


def _inlined(part: Any, models: dict[str, Any]) -> Any:
    """A schema that refers to none beside it: they would not be found where it is used."""
    if isinstance(part, list):
        return [_inlined(one, models) for one in part]
    if not isinstance(part, dict):
        return part
    referred = models.get(str(part.get("$ref")).rpartition("/")[2], {})
    whole = {**referred, **{name: one for name, one in part.items() if name != "$ref"}}
    return {name: _inlined(one, models) for name, one in whole.items()}


async def json_object(request: Request) -> dict[str, Any]:
    """The body, a JSON object. Raises InvalidInput."""
    return _object(await request.body())


def _object(content: bytes) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(content)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise InvalidInput(f"the body is no JSON: {reason}") from error
    if not isinstance(body, dict):
        raise InvalidInput("the body must be a JSON object")
    _bound(body)
    return body


def _bound(body: dict[str, Any]) -> None:
    """Raises InvalidInput; only what lies in lists, where no body has models, is not looked at."""
    left = [body]
    while left:
        one = left.pop()
        if len(one) > _MOST_MEMBERS:
            raise InvalidInput(f"an object of the body has more than {_MOST_MEMBERS} members")
        left.extend(value for value in one.values() if isinstance(value, dict))


async def uploaded(request: Request, most: int) -> tuple[bytes, dict[str, str]]:
    """(file, other fields) of a multipart form, or a JSON body as the file.

    Raises InvalidInput where there is no file, TooLarge where it has more than `most` bytes.
    """
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return _fitting(await request.body(), most), {}
    try:
        async with request.form(max_files=1, max_fields=10) as form:
            content = await _file(form)
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
    except HTTPException as error:
        raise InvalidInput(f"the body is no form: {error.detail}") from error
    return _fitting(content, most), fields


async def _file(form: FormData) -> bytes:
    files = [value for value in form.values() if isinstance(value, UploadFile)]
    if not files:
        raise InvalidInput("the form has no file")
    return await files[0].read()


def _fitting(content: bytes, most: int) -> bytes:
    if len(content) > most:
        raise TooLarge(f"the file is larger than {most // 1_000_000} MB")
    return content
