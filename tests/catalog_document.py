"""`python -m tests.catalog_document` writes docs/catalog.md from the providers there are."""

from collections.abc import Iterable, Iterator, Sequence

from resources.providers import load_providers
from resources.providers.base import CATEGORIES, Provider
from tests.markdown import ROOT

FILE = ROOT / "docs" / "catalog.md"

_INTRODUCTION = """\
# The catalog of providers

Every outside service that Headwater knows, without those that are added at run time. Prices and candles come from the providers of
[providers.md](providers.md); all others are watched, and what they answer is kept as it is.

- **Key**: where it is sent; its value comes from `HEADWATER_KEY_<ID>`. In brackets: it answers without one too.
- **Limits**: as documented, a careful guess where nothing is.
- **Update**: `realtime` and `periodic` every minute, `scheduled` every hour, `daily` once a day.
- **off**: not seen working lately, or for paying customers alone; nothing calls it until it is enabled.

A watched provider is an entry of `resources/providers/catalog/<category>.toml`; the fields stand in `resources/providers/entries.py`. A wrong entry stops the start and is named.
This file is made by `python -m tests.catalog_document`.
"""
_HEAD = "| Id | Name | Feeds | Key | Limits | Update |"


def catalog_markdown(providers: Iterable[Provider]) -> str:
    """The document: one table a category, one row a provider."""
    known = sorted(providers, key=lambda one: one.id)
    lines = [line for category in CATEGORIES for line in _table(category, known)]
    return "\n".join([_INTRODUCTION, *lines])


def _table(category: str, known: Sequence[Provider]) -> Iterator[str]:
    rows = [_row(one) for one in known if one.category == category]
    if rows:
        yield from (f"## {category}", "", _HEAD, "|---|---|---|---|---|---|", *rows, "")


def _row(one: Provider) -> str:
    name = f"[{one.name}]({one.docs_url})"
    limits = ", ".join(f"{limit.amount} in {limit.seconds} s" for limit in one.limits)
    update = one.update if one.enabled else f"{one.update}, off"
    return f"| `{one.id}` | {name} | {', '.join(_feeds(one))} | {_key(one)} | {limits} | {update} |"


def _feeds(one: Provider) -> list[str]:
    parsed = {"ohlcv": one.candles, "prices": one.tickers, "derivatives": one.perpetuals}
    watched = {endpoint.feed for endpoint in one.endpoints}
    return sorted(watched | {feed for feed, parser in parsed.items() if parser})


def _key(one: Provider) -> str:
    if one.auth is None:
        return ""
    told = f"{one.auth.kind} `{one.auth.name}`" if one.auth.name else one.auth.kind
    return told if one.auth.required else f"({told})"


if __name__ == "__main__":
    FILE.write_text(catalog_markdown(load_providers().values()))
