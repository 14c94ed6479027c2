"""News, collected from the sandbox."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import polars as pl
import pytest
from aiohttp import web

from assets.news import news
from resources.ledger import commits, logs
from resources.ledger import news as index
from resources.ledger.breakers import Breaker, Breakers
from resources.ledger.budgets import Budgets
from resources.ledger.logs import Wanted
from resources.ledger.tables import pool_members
from resources.plan import day_key
from resources.providers import load_providers
from resources.schemas import NEWS
from resources.schemas.news import FLAGS
from tests.resources.http.played import played
from tests.runs import Platform

# Some of each kind: what they are peculiar in stands in sandbox/news/feeds.py.
PRESS = ("coindesk_rss", "cointelegraph_rss", "ambcrypto_rss", "u_today_rss", "web3_is_going_great",
         "sec_press", "coinjournal_rss", "newsdata_io", "cryptocompare_news")  # fmt: skip


@pytest.fixture
def press(platform: Platform) -> Platform:
    """The platform with some publishers, and some who collect from publishers."""
    ledger = platform.ledger
    with ledger.write() as connection:
        for provider in PRESS:
            row = {"pool": "news", "provider": provider, "priority": 5, "weight": 1}
            connection.execute(pool_members.insert().values(**row))
    ledger.close()
    return platform


def told_by(platform: Platform) -> set[str]:
    rows = platform.rows(NEWS)
    return {*rows["provider"], *rows["also_in"].explode().drop_nulls()}


def today(platform: Platform) -> str:
    ledger = platform.ledger
    try:
        return day_key(ledger.now())
    finally:
        ledger.close()


def break_(platform: Platform, provider: str, kind: str, **more: Any) -> None:
    order = {"provider": provider, "kind": kind, **more}
    httpx.post(f"{platform.sandbox}/_control/faults", json=order).raise_for_status()


def test_all_members_are_asked_and_each_story_is_stored_once(press: Platform) -> None:
    result = press.run(news, [today(press)], checks=True)
    assert result.success
    assert all(check.passed for check in result.get_asset_check_evaluations())
    rows, ledger = press.rows(NEWS), press.ledger
    metadata = result.asset_materializations_for_node("news")[0].metadata
    assert metadata["providers"].value == sorted(PRESS)
    assert metadata["dagster/row_count"].value == rows.height > 50
    assert int(str(metadata["stories"].value)) > rows.height
    assert told_by(press) == set(PRESS)
    assert rows["id"].n_unique() == rows.height == index.count(ledger)
    assert set(rows["mode"]) == {"sandbox"}
    assert {"repaired", "encoding", "no_zone"} <= set(rows["flags"].explode()) <= FLAGS.keys()
    assert rows["sentiment"].n_unique() == 3
    assert rows["language"].n_unique() > 2
    assert rows.filter(pl.col("assets").list.len() > 0).height > 0.7 * rows.height
    assert rows.filter(pl.col("title").str.contains("[<>]")).is_empty()
    (commit,) = (one for one in commits.read_commits(ledger, 0, 50) if one.table == "news")
    assert len(commit.keys) == rows.height
    ledger.close()


def test_running_again_leaves_the_same_table(press: Platform) -> None:
    assert press.run(news, [today(press)]).success
    before = press.rows(NEWS)
    assert press.run(news, [today(press)]).success
    after = press.rows(NEWS).filter(pl.col("id").is_in(before["id"].to_list()))
    assert after.drop("also_in", "also_at", "known_at").equals(
        before.drop("also_in", "also_at", "known_at")
    )


def test_who_fails_keeps_nobody_else_from_being_stored(press: Platform) -> None:
    """Each in its own way; the run tells of every one."""
    broken = {
        "u_today_rss": ("html_200", "it is HTML and no feed"),
        "coindesk_rss": ("status_5xx", "50"),
        "cointelegraph_rss": ("recursive", "it is no XML"),
        "ambcrypto_rss": ("not_json", "it is no XML"),
        "sec_press": ("reset", "sec_press"),
        "coinjournal_rss": ("gzip_bomb", "coinjournal_rss"),
        "cryptocompare_news": ("wrong_schema", "no list at 'Data'"),
    }
    for provider, (kind, _) in broken.items():
        break_(press, provider, kind)
    result = press.run(news, [today(press)])
    assert result.success
    assert told_by(press) == {*PRESS} - broken.keys()
    ledger = press.ledger
    (newest, *_), _ = logs.read(ledger, Wanted(log_type="collection"), 1)
    ledger.close()
    failures = newest.line.details["failures"]
    assert failures.keys() == broken.keys()
    assert {name: why for name, (_, why) in broken.items() if why not in failures[name]} == {}
    assert press.rows(NEWS).height > 20


async def test_stories_that_all_break_a_rule_are_quarantined(press: Platform) -> None:
    async def press_of_two(request: web.Request) -> web.Response:
        link = "" if "ambcrypto" in request.path else "<link>https://u.today/a</link>"
        story = f"<item><title>Bitcoin rises</title>{link}</item>"
        return web.Response(text=f"<rss><channel>{story}</channel></rss>")

    press.keep("ambcrypto_rss", "u_today_rss")
    async with played(press_of_two) as server:
        both = replace(press, sandbox=server.url)
        result = await asyncio.to_thread(both.run, news, [today(press)])
    metadata = result.asset_materializations_for_node("news")[0].metadata
    assert metadata["quarantined"].value == 1
    assert press.quarantined() == {"no address"}
    assert told_by(press) == {"u_today_rss"}
    assert metadata["failures"].value == {
        "ambcrypto_rss": "AMBCrypto told no sound row of news: no address"
    }


def test_whose_budget_is_used_up_is_left_out_with_the_reason(press: Platform) -> None:
    """Of Currents for a day: nothing is sent, nothing else is lost, and nothing counts against it."""
    currents, ledger = load_providers()["currents"], press.ledger
    with ledger.write() as connection:
        row = {"pool": "news", "provider": currents.id, "priority": 5, "weight": 1}
        connection.execute(pool_members.insert().values(**row))
    budgets = Budgets(ledger)
    budgets.arrived(budgets.reserve(currents, currents.limits[0].amount))
    ledger.close()
    assert press.run(news, [today(press)]).success
    assert told_by(press) == set(PRESS)
    ledger = press.ledger
    (newest, *_), _ = logs.read(ledger, Wanted(log_type="collection"), 1)
    failures = newest.line.details["failures"]
    assert failures.keys() == {currents.id}
    assert failures[currents.id] == f"the rate limit of {currents.id} is used up"
    assert Breakers(ledger).state(currents.id) == Breaker()
    ledger.close()


def test_of_the_past_nobody_tells(press: Platform) -> None:
    result = press.run(news, ["2024-05-05"])
    assert not result.success
    assert press.rows(NEWS).is_empty()
