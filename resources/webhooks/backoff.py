"""How often a delivery is tried, and how long it waits in between."""

import random

# The last try is some 2.5 hours after the first.
TRIES = 8
SHORTEST_MS = 5_000
LONGEST_MS = 3_600_000
# Nobody who asks for more is waited for any longer.
LONGEST_ASKED_MS = 86_400_000
_FACTOR = 4


def wait_ms(failures: int, asked_seconds: float | None = None) -> int:
    """How long to wait after so many failures in a row, at least what Retry-After asked for.

    5 s, four times as long each time up to an hour, and up to a fifth less by chance.
    """
    exponent = min(max(failures, 1) - 1, TRIES)
    longest = min(SHORTEST_MS * int(_FACTOR**exponent), LONGEST_MS)
    asked = min((asked_seconds or 0.0) * 1_000, LONGEST_ASKED_MS)
    return round(max(longest * random.uniform(0.8, 1.0), asked))
