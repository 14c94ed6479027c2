"""Which host tells which story, when, and in what words: each in its own way, always the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.model import MINUTE
from sandbox.news.stories import EVERY, Story, story
from sandbox.noise import fraction, key_of

# So many of the stories a host tells, and so many items its feed has.
_SHARE = 0.12
_ITEMS = 20
# Minutes after the story happens at which the last host has told it.
_SLOWEST = 50
_LOOKED_AT = 400
_SMALL = {
    "a",
    "an",
    "and",
    "as",
    "at",
    "by",
    "for",
    "from",
    "in",
    "of",
    "on",
    "or",
    "the",
    "to",
    "with",
}
_SHORTER = (
    (" million", "M"),
    (" in a day", ""),
    (" a new report", " a report"),
    ("the price", "price"),
)
_AUTHORS = (
    "Ada Winter",
    "Tomas Reyes",
    "Mei Okafor",
    "Jonas Lindqvist",
    "Priya Vale",
    "Leo Marchetti",
)
# Who aggregators quote.
PUBLISHERS = (
    "www.coindesk.com", "cointelegraph.com", "decrypt.co", "www.theblock.co", "cryptoslate.com",
    "www.newsbtc.com", "u.today", "beincrypto.com", "ambcrypto.com", "blockworks.co",
)  # fmt: skip
_FOREIGN_HOSTS = 0.35  # of the stories in other languages


@dataclass(frozen=True, slots=True)
class Item:
    """A story as a host tells it; `at` is when, ms, `path` where on the host."""

    host: str
    title: str
    summary: str
    author: str
    at: int
    path: str
    story: Story

    @property
    def link(self) -> str:
        return f"https://{self.host}{self.path}"


def items(host: str, now: int, count: int = _ITEMS) -> list[Item]:
    """What a host has told by now, the newest first."""
    latest, found = now // EVERY, list[Item]()
    for number in range(latest, max(latest - _LOOKED_AT, 0), -1):
        if _tells(host, number):
            item = _item(host, story(number))
            if item.at <= now:
                found.append(item)
        if len(found) == count + 3:  # some of which others may have overtaken
            break
    return sorted(found, key=lambda item: (-item.at, item.path))[:count]


def quoted(host: str, now: int, count: int) -> list[Item]:
    """What an aggregator has of some publishers: their items under their addresses."""
    some = [one for one in PUBLISHERS if key_of("quotes", host, one) % 3 == 0] or PUBLISHERS[:2]
    found = [item for publisher in some for item in items(publisher, now)]
    return sorted(found, key=lambda item: (-item.at, item.link))[:count]


def _tells(host: str, number: int) -> bool:
    share = _FOREIGN_HOSTS if story(number).language != "en" else 1.0
    return fraction("tells", host, str(number)) < _SHARE * share


def _item(host: str, told: Story) -> Item:
    late = int(_SLOWEST * fraction("late", host, str(told.number)))
    title = _reworded(told, host) if told.language == "en" else told.title
    slug = "-".join(re.findall(r"[a-z0-9]+", told.title.lower()))[:80] or "story"
    author = _AUTHORS[key_of("author", host, str(told.number)) % len(_AUTHORS)]
    return Item(
        host,
        title,
        f"Played by the sandbox: {told.title}. None of it has happened.",
        author,
        told.at + late * MINUTE,
        f"/sandbox/{told.number}/{slug}",
        told,
    )


def _reworded(told: Story, host: str) -> str:
    """Its title in the style of the house: capitals, shorter figures, a word in front."""
    title, style = told.title, key_of("style", host)
    if style & 1:
        words = title.split()
        kept = (word if word.lower() in _SMALL else word[0].upper() + word[1:] for word in words)
        first, *others = kept
        title = " ".join([first[0].upper() + first[1:], *others])
    if style & 2:
        for long, short in _SHORTER:
            title = title.replace(long, short)
    if style & 4 and fraction("front", host, str(told.number)) < 0.3:
        title = f"Breaking: {title}"
    return title


def names(host: str) -> str:
    """What a host calls itself."""
    plain = host.removeprefix("www.").rpartition(".")[0] or host
    return plain.replace(".", " ").replace("-", " ").title()


def languages(told: Sequence[Item]) -> str:
    """The language that most of these are in."""
    spoken = [item.story.language for item in told]
    return max(sorted(set(spoken)), key=spoken.count) if spoken else "en"
