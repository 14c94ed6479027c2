"""What people look for most."""

from assets.feed import Part, feed_asset
from assets.own_prices import near_our_own
from resources.schemas import TRENDING
from resources.schemas.trending import TRENDING_PAGE

trending = feed_asset(
    "trending",
    [Part(TRENDING_PAGE, TRENDING, judge=near_our_own)],
    group="market",
    description="One row per coin and hour: those that the first provider that answers calls "
    "trending, the most looked for first.",
)
