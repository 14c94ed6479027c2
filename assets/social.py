"""How much is written about each asset."""

from assets.feed import Part, feed_asset
from resources.schemas import SOCIAL
from resources.schemas.social import SOCIAL_PAGE

social = feed_asset(
    "social",
    [Part(SOCIAL_PAGE, SOCIAL, each=True)],
    group="sentiment",
    description="One row per asset, source and hour: how many posts of the last day mention it, "
    "and what they were worth to their readers.",
)
