"""Numbers that exchanges leave blank, as the price of a market in which nobody traded yet."""

from typing import Literal

from resources.providers.parsing import Number

# One answer tells all markets: a blank in one row must not make the others unreadable.
Blank = Number | Literal[""]


def filled(number: Blank) -> Number:
    return None if number == "" else number
