"""News of the providers that say in which format they tell it."""

import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import MalformedResponse
from resources.foreign.calls import Calls
from resources.providers import load_providers
from resources.providers.base import Call, Endpoint, Provider, Question
from resources.providers.entries import CATALOG, CUSTOM, entry_of, read_entry
from resources.providers.families.headlines import headlines
from resources.providers.fields import Problem
from resources.schemas.news import NEWS_PAGE
from resources.scope import Scope
from sandbox.generic import Generic
from tests.resources.news.feeds import titled

# 2026-03-04 05:06:07.800 UTC
NOW = 1_772_600_767_800
NOWADAYS = Scope((), NOW)
PRESS = [one for one in load_providers().values() if one.source(NEWS_PAGE)]
ENTRY = {
    "id": "acme",
    "name": "Acme",
    "category": "news",
    "base_url": "https://acme.example",
    "docs_url": "https://acme.example",
    "limits": [{"amount": 10, "seconds": 60}],
}
FIELDS = {"stories": "data", "title": "t", "url": "u", "published": "p"}


def questions(provider: Provider) -> list[Question]:
    source = provider.source(NEWS_PAGE)
    assert source is not None
    return list(source.questions(NOWADAYS))


def played(provider: Provider, question: Question, now: int = NOW) -> bytes:
    """What the sandbox answers."""
    address = urlsplit(provider.base_url.rstrip("/") + question.call.path)
    venue = Generic(str(address.hostname), [])
    payload = venue.answer(address.path or "/", dict(question.call.params), now).payload
    return payload if isinstance(payload, bytes) else msgspec.json.encode(payload)


def test_there_are_enough_sources() -> None:
    """All feeds of the catalog's news are collected, and some interfaces in JSON."""
    formats = [one.format for provider in PRESS for one in provider.endpoints if one.format]
    assert formats.count("rss") >= 29
    assert formats.count("json") >= 10
    keyless = [one for one in PRESS if one.enabled and not (one.auth and one.auth.required)]
    assert len(keyless) >= 30
    news = [one for one in load_providers().values() if one.category == "news"]
    assert {one.id for one in news} == {one.id for one in PRESS}


@pytest.mark.parametrize("provider", PRESS, ids=lambda one: one.id)
def test_each_is_read_as_the_sandbox_plays_it(provider: Provider) -> None:
    for question in questions(provider):
        page = NEWS_PAGE.checked(question.parse(played(provider, question)), NOW)
        assert page.height >= 3
        assert page["reason"].null_count() == page.height
        assert page["published_at"].null_count() == 0
        assert page["published_at"].is_sorted(descending=True)
        assert all("/sandbox/" in url for url in page["url"])
        assert page["summary"].drop_nulls().str.contains("Played by the sandbox").all()
        assert not page["title"].str.contains("[<>]").any()


@pytest.mark.parametrize("provider", PRESS, ids=lambda one: one.id)
def test_each_refuses_what_is_no_news_by_its_name(provider: Provider) -> None:
    for question in questions(provider):
        for body in (b"", b"<!DOCTYPE html><html></html>", b"Welcome", b'{"status":"error"}'):
            with pytest.raises(MalformedResponse, match=provider.id):
                question.parse(body)


def test_cryptopanic_is_read_as_its_older_version_was_recorded(shared: Path) -> None:
    """Of 2018; the fields that are read have the same names in version 2."""
    folder = shared / "data" / "wire" / "cryptopanic"
    body = (folder / "api_posts_auth_token_REDACTED_filter_hot.json").read_bytes()
    (question,) = questions(load_providers()["cryptopanic"])
    page = NEWS_PAGE.checked(question.parse(body), NOW)
    assert page.height == page["reason"].null_count() == 40
    assert page["publisher"].null_count() == page["published_at"].null_count() == 0
    assert page["title"][0] == "NEO ($NEO) price is up 20.99%"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_page_or_refused(body: bytes) -> None:
    for provider in (load_providers()["decrypt_rss"], load_providers()["newsapi"]):
        for question in questions(provider):
            try:
                assert question.parse(body).schema == NEWS_PAGE.schema
            except MalformedResponse as error:
                assert error.provider == provider.id  # noqa: PT017


def test_of_the_past_nobody_tells() -> None:
    past = Scope((), NOW, (NOW - 86_400_000, NOW))
    assert all(not source.questions(past) for one in PRESS for source in one.sources)


def test_an_endpoint_without_a_format_is_only_watched() -> None:
    watched = Endpoint("news", Call("/feed"))
    assert headlines("acme", "https://acme.example", [watched]) == ()
    told = Endpoint("news", Call("/feed"), "rss")
    (source,) = headlines("acme", "https://acme.example", [watched, told])
    assert [question.call for question in source.questions(NOWADAYS)] == [told.call]


def test_a_provider_of_a_user_is_collected_too() -> None:
    given_ = {**ENTRY, "endpoints": [{"feed": "news", "path": "/rss", "format": "rss"}]}
    provider = read_entry(given_, CUSTOM, [])
    assert provider is not None
    (question,) = questions(provider)
    assert question.parse(titled(["one", "two"]))["title"].to_list() == ["one", "two"]
    assert read_entry(entry_of(provider), CUSTOM, []) == provider


@pytest.mark.parametrize(
    ("given_", "made"),
    [
        ({"path": "/rss", "format": "rss"}, {"format": "rss"}),
        ({"path": "/atom", "format": "atom"}, {"format": "rss"}),
        ({"path": "/x", "format": "json", "fields": FIELDS}, {"format": "json", "fields": FIELDS}),
        ({"path": "/x", "format": "json"}, {}),
        ({"path": "/x", "feed": "market", "format": "rss"}, {}),
        ("/rss", {}),
    ],
)
def test_lists_of_others_say_it_in_our_words_or_not_at_all(
    given_: Any, made: dict[str, Any]
) -> None:
    calls = Calls("https://acme.example", "news", [], warnings.warn)
    (endpoint,) = calls.endpoints([given_]) or []
    assert {k: v for k, v in endpoint.items() if k in ("format", "fields")} == made


@pytest.mark.parametrize(
    ("endpoint", "field"),
    [
        ({"feed": "news", "format": "atom"}, "endpoints[0].format"),
        ({"feed": "market", "format": "rss"}, "endpoints[0].format"),
        ({"feed": "news", "format": "rss", "fields": FIELDS}, "endpoints[0].fields"),
        ({"feed": "news", "fields": FIELDS}, "endpoints[0].fields"),
        ({"feed": "news", "format": "json"}, "endpoints[0].fields"),
        ({"feed": "news", "format": "json", "fields": {"title": "t", "url": "u"}}, "endpoints[0].fields"),
        ({"feed": "news", "format": "json", "fields": {**FIELDS, "mood": "m"}}, "endpoints[0].fields.mood"),
        ({"feed": "news", "format": "json", "fields": [1]}, "endpoints[0].fields"),
        ({"feed": "news", "format": 1}, "endpoints[0].format"),
    ],
)  # fmt: skip
def test_a_wrong_format_is_named(endpoint: dict[str, object], field: str) -> None:
    problems: list[Problem] = []
    assert (
        read_entry({**ENTRY, "endpoints": [{"path": "/x", **endpoint}]}, CATALOG, problems) is None
    )
    assert field in {problem.field for problem in problems}
