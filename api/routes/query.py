"""SQL over the tables, read-only."""

import asyncio
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.answers import Answer
from api.auth import READ
from api.bodies import body_of, described
from api.files import FILE_FORMATS
from api.gate.visit import visit_of
from api.models.base import documented
from api.models.query import QueryAnswer, QueryTables
from api.services import ServicesDep
from resources.sql.engine import Parameters
from resources.sql.offered import offered
from resources.sql.wire import Form, Told

router = APIRouter(tags=["query"])
_LONGEST = 20_000
_MOST_PARAMETERS = 100
# The client has closed the connection; what is answered reaches nobody.
_CLIENT_LEFT = 499


class Statement(BaseModel):
    """One SELECT, with values for its parameters."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "sql": "SELECT symbol, price FROM latest_prices WHERE price > ?",
                    "parameters": [100],
                }
            ]
        },
    )

    sql: str = Field(min_length=1, max_length=_LONGEST, description="One SELECT.")
    format: Form | None = Field(None, description="As the parameter of that name.")
    parameters: list[Any] | dict[str, Any] | None = Field(
        None,
        max_length=_MOST_PARAMETERS,
        description="Values: a list for `?`, an object for `$name`.",
    )
    limit: int | None = Field(None, ge=1, description="Most rows of the answer.")


_StatementBody = Annotated[Statement, Depends(body_of(Statement))]
_FormatQuery = Annotated[Form | None, Query(description="json, csv, parquet or arrow.")]


@router.post(
    "/api/query",
    dependencies=[READ],
    openapi_extra=described(Statement),
    responses=documented(QueryAnswer, 422, 503, files=" ".join(
        one.media_type.partition(";")[0] for one in FILE_FORMATS.values()
    )),
)  # fmt: skip
async def query(
    request: Request,
    services: ServicesDep,
    statement: _StatementBody,
    format: _FormatQuery = None,  # noqa: A002 (the contract's name)
) -> Response:
    """The rows of one SELECT over the tables that GET /api/query/tables lists."""
    form = format or statement.format or "json"
    answer = asyncio.create_task(
        services.engine.ask(
            statement.sql,
            caller=visit_of(request).caller.id,
            form=form,
            parameters=_given(statement.parameters),
            rows=statement.limit,
        )
    )
    leaving = asyncio.create_task(_left(request))
    try:
        await asyncio.wait((answer, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            return Response(status_code=_CLIENT_LEFT)
        return _answer(answer.result(), form)
    finally:
        for task in (answer, leaving):
            task.cancel()
        await asyncio.gather(answer, leaving, return_exceptions=True)


@router.get("/api/query/tables", dependencies=[READ], responses=documented(QueryTables))
def query_tables() -> Answer:
    """The tables that SQL may read, with their columns."""
    rows = [
        {
            "name": one.name,
            "about": one.about,
            "columns": [{"name": name, "type": kind} for name, kind in one.columns.items()],
        }
        for one in offered()
    ]
    return Answer({"tables": rows, "count": len(rows)})


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _given(parameters: Parameters) -> Parameters:
    # An empty list would be taken for values of a statement that wants none.
    return parameters or None


def _answer(told: Told, form: Form) -> Response:
    if form != "json":
        headers = {
            "Content-Disposition": f'attachment; filename="query.{form}"',
            "X-Row-Count": str(told.row_count),
            "X-Truncated": str(told.truncated).lower(),
            "Cache-Control": "no-store",
        }
        return Response(told.body, media_type=FILE_FORMATS[form].media_type, headers=headers)
    head = {
        "columns": [{"name": name, "type": kind} for name, kind in told.columns],
        "row_count": told.row_count,
        "truncated": told.truncated,
    }
    content = msgspec.json.encode(head)[:-1] + b',"rows":[' + told.body + b"]}"
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})
