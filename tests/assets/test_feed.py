"""What the runs of all feeds have in common."""

from datetime import timedelta
from typing import Any

import pytest

from assets.nft import nft
from assets.trending import trending
from resources.ledger import Ledger, logs
from resources.ledger.logs import Wanted
from resources.plan import day_key
from resources.schemas import NFT, TRENDING, utc
from tests.runs import Platform

HOUR = 3_600_000


def failures(platform: Platform) -> Any:
    ledger = platform.ledger
    (newest, *_), _ = logs.read(ledger, Wanted(log_type="collection"), 1)
    ledger.close()
    return newest.line.details["failures"]


def test_a_question_that_fails_beside_others_is_told(everyone: Platform) -> None:
    """Magic Eden is asked for one collection after another."""
    everyone.keep("magic_eden")
    everyone.fault(provider="magic_eden", kind="not_json", path="degods")
    result = everyone.run(nft, [day_key(everyone.ledger.now())])
    assert result.success
    assert "degods" not in set(everyone.rows(NFT)["collection"])
    ((name, why),) = failures(everyone).items()
    assert name == "magic_eden, nft"
    assert "Magic Eden" in why or "magic_eden" in why
    (event,) = result.get_asset_materialization_events()
    assert event.materialization.metadata["failures"].value == {name: why}


@pytest.mark.parametrize("late", [timedelta(minutes=61), timedelta(days=1, minutes=11)])
def test_a_run_that_waits_is_still_about_the_time_of_its_launch(
    everyone: Platform, late: timedelta
) -> None:
    """Into the next hour, and beyond midnight, where its day would be one of the past."""
    launched = everyone.ledger.now()
    url = everyone.ledger.url
    ledger = Ledger(url, skew_ms=int(late.total_seconds() * 1000))
    assert everyone.run(trending, [day_key(launched)], ledger=ledger).success
    ledger.close()
    (at,) = set(everyone.rows(TRENDING)["at"])
    assert at in {utc(launched // HOUR * HOUR), utc(everyone.ledger.now() // HOUR * HOUR)}
