"""How a call ended, in one word."""

from typing import Literal, get_args

from resources.errors import MalformedResponse, RateLimited, RefusedRequest, TemporaryError

Outcome = Literal[
    "ok", "rate_limited", "timeout", "connection", "server_error", "client_error", "malformed"
]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


def outcome_of(error: Exception | None) -> Outcome:
    """The outcome of a call that was sent; `error` is what it raised, None where it was answered well.

    Raises ValueError for an error that says nothing of a provider, as NotCalled.
    """
    if error is None:
        return "ok"
    if isinstance(error, TemporaryError):
        return error.kind
    if isinstance(error, RateLimited):
        return "rate_limited"
    if isinstance(error, RefusedRequest):
        return "client_error"
    if isinstance(error, MalformedResponse):
        return "malformed"
    raise ValueError(f"{type(error).__name__} is no outcome of a call")
