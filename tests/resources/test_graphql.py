"""What is asked of Dagster while it cannot answer as it should."""

from collections.abc import Callable, Iterator

import pytest

from resources.errors import Unavailable
from resources.graphql import Dagster
from tests.api.played_dagster import PlayedDagster, playing


@pytest.fixture
def unloaded() -> Iterator[PlayedDagster]:
    """Its code server is gone, as after a kill."""
    with playing(load_error="Could not reach user code server") as played:
        yield played


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda dagster: dagster.launch("collect_prices", {}, {}), "run now: Could not find"),
        (lambda dagster: dagster.backfill("ohlcv", ["2026-06-01"], {}), "backfill now: KeyError"),
    ],
)
def test_what_is_launched_while_the_code_is_not_loaded_may_be_tried_again(
    unloaded: PlayedDagster, ask: Callable[[Dagster], str], said: str
) -> None:
    dagster = Dagster(f"http://127.0.0.1:{unloaded.port}")
    with pytest.raises(Unavailable, match=said):
        ask(dagster)
    unloaded.load_error = None
    assert ask(dagster) in ("run-1", "backfill-1")
    dagster.close()
