"""News in JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.news.articles import parse_articles
from resources.providers import load_providers
from resources.schemas.news import NEWS_PAGE

FIELDS = {
    "stories": "a.list",
    "title": "head.main",
    "url": "link|other",
    "published": "at",
    "author": "by",
}


def body(*stories: Any) -> bytes:
    return json.dumps({"a": {"list": stories}}).encode()


def test_fields_are_found_by_their_paths() -> None:
    story = {
        "head": {"main": "<b>T</b>"},
        "link": "",
        "other": "/x?utm_id=1",
        "at": 1771445878,
        "by": ["A", None, "B"],
    }
    (row,) = parse_articles(body(story), FIELDS, "https://acme.test").to_dicts()
    assert (row["title"], row["url"], row["author"]) == ("T", "https://acme.test/x", "A, B")
    assert row["published_at"].isoformat() == "2026-02-18T20:17:58+00:00"
    assert row["flags"] == ["markup"]


@pytest.mark.parametrize(
    "story", [None, 3, [], {}, {"head": "x"}, {"head": {"main": {"a": 1}}, "link": 7, "at": True}]
)
def test_a_story_of_another_shape_is_kept_apart(story: Any) -> None:
    page = parse_articles(body(story), FIELDS)
    assert NEWS_PAGE.checked(page, 0)["reason"].null_count() == 0


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "no JSON"),
        (b"<html>", "no JSON"),
        (b"Your query was too short.", "no JSON"),
        (b'{"status":"error","message":"apiKeyInvalid"}', "apiKeyInvalid"),
        (b'{"a":{"list":{"no":"list"}}}', "no list"),
        (b"[" * 100_000, "no JSON"),
        (body(*[{}] * 5_001), "5,001 stories"),
    ],
)
def test_what_has_no_stories_is_refused_with_the_reason(raw: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_articles(raw, FIELDS)


def test_recorded_posts_of_cryptopanic(shared: Path) -> None:
    """The list alone was recorded, in 2017: since then it stands in `results`."""
    file = shared / "data" / "wire" / "cryptopanic" / "api_posts_currencies_ETH.json"
    if not file.is_file():
        pytest.skip("needs data/wire of ../shared, which is not here")
    posts = json.loads(file.read_bytes())
    posts = posts["results"] if isinstance(posts, dict) else posts
    (endpoint, *_) = load_providers()["cryptopanic"].endpoints
    page = parse_articles(json.dumps({"results": posts}).encode(), endpoint.fields)
    assert page.height == len(posts) > 10
    assert NEWS_PAGE.checked(page, 1_790_000_000_000)["reason"].null_count() == page.height
    assert page["published_at"].null_count() == 0
    assert page["publisher"].null_count() == 0


@given(st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["head", "main", "link", "at", "by", "other"]), inner, max_size=4)))  # fmt: skip
def test_any_json_is_a_page(story: Any) -> None:
    page = parse_articles(body(story, [story]), FIELDS)
    assert page.schema == NEWS_PAGE.schema
    assert page.height == 2
