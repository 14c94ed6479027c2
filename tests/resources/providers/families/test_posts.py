"""Posts that are told one by one, and how many of them mention an asset."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from resources.market import load_registry
from resources.providers.families.posts import Post, count_posts, engagement
from resources.schemas.social import SOCIAL_PAGE

HOUR = 3_600_000
NOW = 1_772_600_400_000
ASSETS = load_registry().active(20)


def post(hours_ago: float, *texts: str | None, points: int | None = 1) -> Post:
    return Post(int(NOW - hours_ago * HOUR), texts, points)


def counted(*posts: Post, cut: bool = False) -> dict[str, tuple[int, int | None, float]]:
    frame = count_posts(posts, ASSETS, NOW, cut=cut)
    assert SOCIAL_PAGE.checked(frame, NOW)["reason"].null_count() == frame.height
    return {ticker: (n, points, hours) for ticker, n, points, hours in frame.rows()}


def test_each_asset_is_told_of_also_where_nobody_wrote_of_it() -> None:
    found = counted(post(1, "Bitcoin at last", points=7), post(2, "$BTC and ETH", points=5))
    assert list(found) == [asset.ticker for asset in ASSETS]
    assert (found["BTC"], found["ETH"], found["XMR"]) == ((2, 12, 24), (1, 5, 24), (0, 0, 24))


def test_words_that_mean_other_things_do_not_count() -> None:
    found = counted(post(1, "Here is a link to the guide", None), post(1, "LINK/USDT", "$LINK"))
    assert found["LINK"][0] == 1


def test_markup_is_no_text() -> None:
    assert counted(post(1, '<a href="https://bitcoin.org">x</a><br>&quot;Monero&quot;'))["XMR"][0]
    assert not counted(post(1, '<a href="https://example.org/bitcoin">x</a>'))["BTC"][0]


def test_posts_from_outside_of_the_window_do_not_count() -> None:
    assert counted(post(25, "Bitcoin"), post(-2, "Bitcoin"))["BTC"] == (0, 0, 24)


def test_a_list_that_is_cut_shortens_the_window() -> None:
    posts = [post(1, "Bitcoin"), post(6, "Bitcoin")]
    assert counted(*posts, cut=True)["BTC"] == (2, 2, 6)
    assert counted(*posts, post(30, "x"), cut=True)["BTC"] == (2, 2, 24)


def test_a_source_that_tells_no_points_has_none() -> None:
    assert counted(post(1, "Bitcoin", points=None))["BTC"] == (1, None, 24)
    assert engagement(None, None) is None
    assert engagement(-3, 4, None) == 4


@given(
    st.lists(
        st.builds(
            Post,
            st.integers(-(9 * 10**15), 9 * 10**15),
            st.lists(st.none() | st.text(max_size=40), max_size=2),
            st.none() | st.integers(0, 2**63 - 1),
        ),
        max_size=8,
    ),
    st.booleans(),
)
def test_whatever_is_told_gives_rows_that_can_be_stored(posts: list[Post], cut: bool) -> None:
    frame = count_posts(posts, ASSETS, NOW, cut=cut)
    assert frame.schema == SOCIAL_PAGE.schema
    assert SOCIAL_PAGE.checked(frame, NOW)["reason"].null_count() == frame.height
    assert frame.select((pl.col("posts") <= len(posts)).all()).item()
