"""The rules of the code that a program can check."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from resources.providers import coded_providers

ROOT = Path(__file__).parents[1]
ROOMS = ("resources", "assets", "pipelines", "api", "sandbox")
GENERIC = (
    "resources/http", "resources/lake", "resources/ledger", "resources/feeds.py",
    "resources/flush.py", "resources/flush_prices.py", "resources/quotes.py",
    "resources/price_rules.py", "resources/plan.py", "resources/capabilities.py",
    "resources/candle_answers.py", "resources/candle_sets", "resources/candle_view.py",
    "resources/collecting.py", "resources/demand.py", "resources/quality.py",
    "resources/resample.py", "resources/room.py",
    "assets", "api", "pipelines",
)  # fmt: skip
# Examples of answers are real ones.
EXAMPLES = "api/models/"
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
MOST_ROOT_ENTRIES = 22

# Names of providers that mean something else here: the gate of resources/http.
OUR_OWN_WORDS = {"gate"}

# Alembic writes a migration, as long as the tables are many.
GENERATED = "resources/ledger/migrations/versions/"
READS_THE_ENVIRONMENT = "resources/settings.py"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(*places: str) -> Iterator[tuple[str, str]]:
    """(path below the root, text) of each Python file of folders, or of files."""
    for place in places:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            yield file.relative_to(ROOT).as_posix(), file.read_text()


def nodes(text: str) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(text))


def test_rooms_import_each_other_only_as_the_contracts_allow() -> None:
    linter = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    found = subprocess.run(linter, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_no_file_is_two_things() -> None:
    lengths = {
        name: text.count("\n") for name, text in sources(*ROOMS, "tests", "benchmarks", "training")
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    found = {
        f"{name}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, text in sources(*ROOMS, "tests", "benchmarks", "training")
        if not name.startswith(GENERATED)
        for node in nodes(text)
        if isinstance(node, Function)
    }
    assert {name: n for name, n in found.items() if n > LONGEST_FUNCTION} == {}


def test_nothing_catches_every_error() -> None:
    broad = [
        f"{name}:{node.lineno}"
        for name, text in sources(*ROOMS)
        for node in nodes(text)
        if (isinstance(node, ast.ExceptHandler) and _is_broad(node.type))
        or (isinstance(node, ast.Call) and _suppresses_all(node))
    ]
    assert broad == []


def _is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    broad = {"Exception", "BaseException"}
    return any(ast.unparse(kind).split(".")[-1] in broad for kind in kinds)


def _suppresses_all(call: ast.Call) -> bool:
    return ast.unparse(call.func).endswith("suppress") and any(map(_is_broad, call.args))


def test_one_file_reads_the_environment() -> None:
    reading = re.compile(r"\bos\.(environ|getenv)|\bfrom os import .*env|\bdotenv\b")
    readers = {name for name, text in sources(*ROOMS) if reading.search(_without_comments(text))}
    assert readers == {READS_THE_ENVIRONMENT}


def test_generic_code_names_no_provider() -> None:
    names = {name.lower() for p in coded_providers().values() for name in (p.id, p.name)}
    words = "|".join(map(re.escape, sorted(names - OUR_OWN_WORDS)))
    named = re.compile(rf"\b({words})\b", re.IGNORECASE)
    found = [
        f"{name}:{number}"
        for name, text in sources(*GENERIC)
        if not name.startswith(EXAMPLES)
        for number, line in enumerate(_without_comments(text).splitlines(), 1)
        if named.search(line)
    ]
    assert found == []


def _without_comments(text: str) -> str:
    return re.sub(r"(^|\s)#.*$", "", text, flags=re.MULTILINE)


def test_the_root_fits_a_screen() -> None:
    made = ("__pycache__", ".egg-info")
    entries = sorted(
        path.name
        for path in ROOT.iterdir()
        if not path.name.startswith(".") and not path.name.endswith(made)
    )
    assert len(entries) <= MOST_ROOT_ENTRIES, entries


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda p: str(p.name))
def test_a_lock_names_no_address_and_pins_by_hash(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    pinned = re.findall(r"^[\w.\[\],-]+==\S+", text, re.MULTILINE)
    assert pinned
    unhashed = [block for block in re.split(r"\n(?=\S)", text) if "--hash=sha256:" not in block]
    assert [block for block in unhashed if not block.startswith("#")] == []


def test_importing_a_room_does_nothing(tmp_path: Path) -> None:
    """No files, no threads, no processes, no sockets, no environment by any module of ours."""
    probe = [sys.executable, "-BP", str(ROOT / "tests" / "import_probe.py"), *ROOMS]
    found = subprocess.run(probe, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, ""), found.stderr
    assert list(tmp_path.iterdir()) == []
