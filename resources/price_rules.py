"""How quotes become a price: the figures, and the words for what was rejected (docs/consensus.md)."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class PriceRules:
    """The figures of the consensus; shares are of 1.

    agreeing          so many independent providers make a price a consensus
    deviations        a quote may lie so many MAD from the median of its group,
    least_distance    and always this share of the median, also where most quotes are equal,
    most_distance     and never more than this share, also where quotes are scattered
    jump              a price moves further than this from the last one only if the group agrees
    quote_age_ms      an older quote is stale
    last_price_age_ms an older consensus is no last price any more
    rate_age_ms       an older rate of a stablecoin turns nothing into USD
    """

    agreeing: int = 3
    deviations: float = 5.0
    least_distance: float = 0.005
    most_distance: float = 0.05
    jump: float = 0.2
    quote_age_ms: int = 300_000
    last_price_age_ms: int = 3_600_000
    rate_age_ms: int = 900_000

    def told(self) -> dict[str, float]:
        """The figures by name, as answers tell them."""
        return asdict(self)


RULES = PriceRules()

# The quality of a price on which `agreeing` providers or more agree: of no other follows anything.
CONSENSUS = "consensus"

# Why an observation is not behind the price; what breaks a rule of QUOTES has that as its reason.
STALE = "stale"
AHEAD = "ahead of our clock"
SAME_SOURCE = "same source as another"
NO_RATE = "no rate to USD"
FAR_FROM_LAST = "far from the last price"
OUTLIER = "outlier"
NO_AGREEMENT = "no agreement"
REASONS = (STALE, AHEAD, SAME_SOURCE, NO_RATE, FAR_FROM_LAST, OUTLIER, NO_AGREEMENT)
