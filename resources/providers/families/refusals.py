"""Errors that exchanges answer with status 200."""

from typing import NoReturn, TypeVar

from resources.errors import MalformedResponse, RefusedRequest, TemporaryError

T = TypeVar("T")


def refuse(
    provider: str, code: object, text: str, *, at_fault: bool, passing: bool = False
) -> NoReturn:
    """Raises what such an error means: RefusedRequest where our request is `at_fault`,
    TemporaryError where it passes by itself, else MalformedResponse."""
    kind = RefusedRequest if at_fault else TemporaryError if passing else MalformedResponse
    raise kind(f"{provider} refused: {text[:200]} ({code})", provider, 200)


def present(provider: str, data: T | None) -> T:
    """The data of an answer that names no error; raises MalformedResponse where it has none."""
    if data is None:
        raise MalformedResponse(f"{provider} answered neither data nor an error", provider, 200)
    return data
