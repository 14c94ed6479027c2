"""The error tree is drawn once, in the docstring of its module."""

import inspect

from resources import errors
from resources.errors import HeadwaterError


def all_errors() -> list[type[HeadwaterError]]:
    return [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, HeadwaterError)
    ]


def test_every_error_is_drawn_below_its_parent() -> None:
    drawn = {
        line.strip("│├└─ ").split()[0]: line
        for line in (errors.__doc__ or "").splitlines()
        if line.strip("│├└─ ").split() and line.startswith("    ")
    }
    for kind in all_errors():
        assert kind.__name__ in drawn
        if kind is not HeadwaterError:
            parent = kind.__mro__[1].__name__
            assert list(drawn).index(parent) < list(drawn).index(kind.__name__)
            depth = len(drawn[kind.__name__]) - len(drawn[kind.__name__].lstrip("│├└─ "))
            above = len(drawn[parent]) - len(drawn[parent].lstrip("│├└─ "))
            assert depth == above + 4


def test_every_error_knows_its_status_and_title() -> None:
    for kind in all_errors():
        assert 400 <= kind.status < 600
        assert kind.title
