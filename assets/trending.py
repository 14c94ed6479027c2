"""What people look for most."""

from assets.feed import Part, feed_asset
from resources.schemas import TRENDING
from resources.schemas.trending import TRENDING_PAGE

trending = feed_asset(
    "trending",
    [Part(TRENDING_PAGE, TRENDING)],
    group="market",
    description="One row per coin and hour: those that the first provider that answers calls "
    "trending, the most looked for first.",
)
