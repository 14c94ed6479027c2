"""What settings are spelt as, and what their values must be."""

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

from pydantic import AliasChoices

from resources.errors import InvalidInput

PREFIX = "HEADWATER_"


def named(name: str) -> AliasChoices:
    """HEADWATER_<name>, or the customary bare name that users of such tools have set already."""
    return AliasChoices(f"{PREFIX}{name}", name, name.lower())


def checked_by(read: Callable[[Any], object]) -> Callable[[Any], Any]:
    """A value as it is; what `read` refuses is refused as a setting."""

    def checked(value: Any) -> Any:
        try:
            read(value)
        except InvalidInput as error:
            raise ValueError(str(error)) from error
        return value

    return checked


def network(value: str) -> str:
    if "/" in value:
        ip_network(value, strict=False)
    return value


def address(value: str) -> str:
    """An IP address or a network of such, and no name."""
    ip_network(value, strict=False)
    return value
