"""Errors that exchanges answer with status 200."""

from typing import NoReturn

from resources.errors import MalformedResponse, RefusedRequest, TemporaryError


def refuse(
    provider: str, code: object, text: str, *, at_fault: bool, passing: bool = False
) -> NoReturn:
    """Raises what such an error means: RefusedRequest where our request is `at_fault`,
    TemporaryError where it passes by itself, else MalformedResponse."""
    kind = RefusedRequest if at_fault else TemporaryError if passing else MalformedResponse
    raise kind(f"{provider} refused: {text[:200]} ({code})", provider, 200)
