"""The press of the sandbox."""

import re
from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from lxml import etree

from resources.market import load_registry
from sandbox.coins import coin_of
from sandbox.generic import Generic
from sandbox.model import DAY, MINUTE, SEED
from sandbox.news.press import PUBLISHERS, items
from sandbox.news.stories import EVERY, Mood, story, wording
from sandbox.noise import key_of, level
from tests.sandbox.conftest import DAY as DAY_MS
from tests.sandbox.conftest import HOUR, NOW

NUMBERS = range(NOW // EVERY - 1_500, NOW // EVERY)


def play(host: str, path: str, now: int = NOW) -> tuple[bytes, str | None]:
    answer = Generic(host, []).answer(path, {}, now)
    assert isinstance(answer.payload, bytes)
    return answer.payload, answer.content_type


def titles(host: str, path: str, now: int = NOW) -> list[str]:
    root = etree.fromstring(play(host, path, now)[0])
    return [str(one.text) for one in root.iter("{*}title")][1:]


def test_there_are_sentences_enough() -> None:
    told = wording()
    sentences = [*told.rises, *told.falls, *told.good, *told.bad, *told.plain]
    sentences += [title for one in told.foreign for title in one.titles]
    assert len(set(sentences)) == len(sentences) >= 150


def test_a_story_is_the_same_in_every_start_and_whole() -> None:
    first = [story(number) for number in NUMBERS]
    story.cache_clear()
    assert [story(number) for number in NUMBERS] == first
    assert not any(re.search(r"[{}]", one.title) for one in first)
    assert not any(
        re.search(r"\ba [AEIO][a-z]", one.title) for one in first if one.language == "en"
    )
    # Two of a title are rare, for a reader takes these for one.
    assert len({one.title for one in first}) > 0.95 * len(first)


def test_all_moods_and_languages_and_many_coins_occur() -> None:
    told = [story(number) for number in NUMBERS]
    moods, languages = Counter(one.mood for one in told), Counter(one.language for one in told)
    assert min(moods[mood] for mood in ("good", "bad", "plain")) > len(told) / 8
    assert languages["en"] > 0.8 * len(told)
    assert len(languages) >= 8
    assert len({ticker for one in told for ticker in one.tickers}) > 30


@pytest.mark.parametrize(("mood", "other"), [("good", "bad"), ("bad", "good")])
def test_the_mood_follows_the_market(mood: Mood, other: Mood) -> None:
    """Of coins that have risen there are more good news than bad, of those that fell more bad."""
    counts: Counter[Mood] = Counter()
    for number in NUMBERS:
        told, minute = story(number), number * EVERY // MINUTE
        ticker = told.tickers[0]
        coin, key = coin_of(load_registry().asset(ticker)), key_of(SEED, ticker)
        change = coin.volatility * (level(key, minute) - level(key, minute - DAY))
        if (change > 0.02) if mood == "good" else (change < -0.02):
            counts[told.mood] += 1
    assert counts[mood] > 1.2 * counts[other] > 0


@pytest.mark.parametrize(
    ("host", "path", "kind"),
    [
        ("www.coindesk.com", "/arc/outboundfeeds/rss/", "application/rss+xml; charset=utf-8"),
        ("crypto.news", "/feed/", "application/rss+xml; charset=utf-8"),
        ("www.web3isgoinggreat.com", "/feed.xml", "application/atom+xml; charset=utf-8"),
        ("www.sec.gov", "/news/pressreleases.rss", "text/xml"),
        ("blog.acme.test", "/atom.xml", "application/atom+xml; charset=utf-8"),
    ],
)
def test_each_host_has_a_feed_of_its_format(host: str, path: str, kind: str) -> None:
    body, told = play(host, path)
    assert told == kind
    assert len(titles(host, path)) == 20
    assert b"Played by the sandbox" in body
    assert f"https://{host}/sandbox/".encode() in body


def test_times_go_back_and_none_is_ahead() -> None:
    root = etree.fromstring(play("www.coindesk.com", "/rss")[0])
    times = [parsedate_to_datetime(str(one.text)) for one in root.iter("pubDate")]
    assert times == sorted(times, reverse=True)
    assert times[0] <= datetime.fromtimestamp(NOW / 1_000, UTC)
    # A story comes about every two and a half hours.
    assert (times[0] - times[-1]).total_seconds() * 1_000 < 8 * DAY_MS


def test_what_was_published_stays_published() -> None:
    before = [item.link for item in items("decrypt.co", NOW)]
    later = [item.link for item in items("decrypt.co", NOW + 6 * HOUR)]
    new = len(set(later) - set(before))
    assert 0 < new < 20
    assert later[new:] == before[: 20 - new]


def test_several_hosts_tell_a_story_in_slightly_other_words() -> None:
    told: dict[int, list[str]] = {}
    for host in PUBLISHERS:
        for item in items(host, NOW):
            told.setdefault(item.story.number, []).append(item.title)
    shared = [titles for titles in told.values() if len(titles) > 1]
    assert len(shared) > 20
    assert sum(len(set(titles)) > 1 for titles in shared) > 10


@pytest.mark.parametrize(
    ("host", "path", "sign"),
    [("ambcrypto.com", "/feed/", b"\n<?xml"), ("coinjournal.net", "/feed/", b"\x96")],
)
def test_some_have_bad_habits(host: str, path: str, sign: bytes) -> None:
    assert sign in play(host, path)[0]


def test_one_writes_ampersands_as_they_are() -> None:
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(play("u.today", "/rss")[0])
