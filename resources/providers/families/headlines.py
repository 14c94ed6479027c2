"""News of the providers that say in which format they tell it: RSS or Atom, or JSON with a map."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from resources.errors import MalformedResponse
from resources.news.articles import parse_articles
from resources.news.feed import parse_feed
from resources.providers.base import Endpoint, Question, Source
from resources.schemas.news import NEWS_PAGE
from resources.scope import Scope


def headlines(provider: str, base_url: str, endpoints: Sequence[Endpoint]) -> tuple[Source, ...]:
    """The news of a provider: those of its endpoints of this feed that have a format."""
    told = tuple(one for one in endpoints if one.feed == NEWS_PAGE.feed and one.format)
    return (Source(NEWS_PAGE, _Headlines(provider, base_url, told)),) if told else ()


@dataclass(frozen=True, slots=True)
class _Headlines:
    """The questions to some endpoints. Nobody tells of the past."""

    provider: str
    base_url: str
    endpoints: tuple[Endpoint, ...]

    def __call__(self, scope: Scope) -> Sequence[Question]:
        if scope.past:
            return ()
        return [Question(one.call, partial(self._parse, one)) for one in self.endpoints]

    def _parse(self, endpoint: Endpoint, body: bytes) -> pl.DataFrame:
        try:
            if endpoint.format == "json":
                return parse_articles(body, endpoint.fields, self.base_url)
            return parse_feed(body, self.base_url)
        except ValueError as error:
            raise MalformedResponse(
                f"{self.provider} answered what is no news: {error}", self.provider, 200
            ) from error
