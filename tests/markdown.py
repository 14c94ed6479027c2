"""Reads the project's own documents, as far as tests need it."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def documents() -> list[Path]:
    """Every document, by its path below the root."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    return sorted(path.relative_to(ROOT) for path in found)


def read(name: str | Path) -> str:
    return (ROOT / name).read_text()


def section(text: str, heading: str) -> str:
    """What stands below a heading, up to the next of its level or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert found is not None, f"there is no heading {heading!r}"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", without_code(rest), re.MULTILINE)
    return rest[: end.start()] if end else rest


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.*)$", without_code(text), re.MULTILINE)


def rows(text: str) -> list[list[str]]:
    """The cells of every row of every table, without code marks; heads and rulers left out."""
    lines = text.splitlines()
    below = [line for before, line in pairwise(lines) if before[:1] == "|"]
    cells = ([cell.strip().strip("`") for cell in line[1:-1].split("|")] for line in below)
    return [row for row in cells if any(row) and not set("".join(row)) <= set("-")]


def code(text: str, language: str) -> list[str]:
    """The code blocks of a language, without the indent of a list."""
    return [
        re.sub(f"^{found[1]}", "", found[3], flags=re.MULTILINE)
        for found in _FENCE.finditer(text)
        if found[2] == language
    ]


def without_code(text: str) -> str:
    """The same text, as long as it was, with blanks for code blocks."""
    return _FENCE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def links(text: str) -> Iterator[tuple[str, str]]:
    """(file, anchor) of each link that names no other host; the file is empty for the same one."""
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text)):
        if "://" not in target:
            file, _, anchor = target.partition("#")
            yield file, anchor


def slug(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
