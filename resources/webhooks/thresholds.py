"""Lines that a price crosses: told once per crossing. Arithmetic alone.

A line is armed again when the price is half a percent behind it, so that a price that
trembles on it tells nothing.
"""

from dataclasses import dataclass

BAND = 0.005


@dataclass(frozen=True, slots=True)
class Crossed:
    """Whether a price is beyond each line, and was not back behind its band since; None: unknown."""

    above: bool | None = None
    below: bool | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """A price is beyond `above` where it is more, beyond `below` where it is less."""

    above: float | None = None
    below: float | None = None

    def judge(self, price: float, before: Crossed) -> tuple[Crossed, list[tuple[str, float]]]:
        """What is crossed at this price, and the (name, line) of those crossed just now.

        Of a line of which nothing was known nothing is told.
        """
        above, below = before.above, before.below
        told = []
        if self.above is not None:
            above = _beyond(above, price > self.above, price < self.above * (1 - BAND))
            if above and before.above is False:
                told.append(("above", self.above))
        if self.below is not None:
            below = _beyond(below, price < self.below, price > self.below * (1 + BAND))
            if below and before.below is False:
                told.append(("below", self.below))
        return Crossed(above, below), told


def _beyond(before: bool | None, beyond: bool, back: bool) -> bool:
    return not back if before else beyond
