"""What a collection of one interval is told, and what it tells at its end."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from resources.errors import HeadwaterError
from resources.flush import Flushed
from resources.ledger.collections import SymbolState


@dataclass(frozen=True, slots=True)
class Collecting:
    """How candles are collected: `retries` of a page, and the share of a close (`tolerance`) by
    which two providers may differ; `mode` is that of the rows, sandbox or live. Before a candle
    counts as one that does not exist, `opinions` providers are asked for it."""

    mode: str
    retries: int = 3
    tolerance: float = 0.005
    opinions: int = 2


@dataclass(slots=True)
class Collected:
    """What a collection did: counts, and by market how it fared."""

    flushed: Flushed = field(default_factory=Flushed)
    pages: int = 0
    states: Sequence[SymbolState] = ()
    errors: dict[str, HeadwaterError] = field(default_factory=dict)
