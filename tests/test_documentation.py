"""What the documents say is what the code does."""

import importlib
import json
import re
import subprocess
from itertools import chain
from pathlib import Path
from typing import get_args

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from api.app import create_app
from api.auth import access_of
from api.live.messages import TYPES
from assets.checks import CHECKS
from pipelines.cli import main
from resources import errors
from resources.collection_settings import CollectionSettings
from resources.providers import coded_providers, load_providers
from resources.providers.base import CATEGORIES, Provider
from resources.schemas import TABLES, Table
from resources.service_settings import ServiceSettings
from resources.setting_values import PREFIX
from resources.settings import Settings
from sandbox.faults import Fault, Kind
from tests.markdown import ROOT, documents, headings, links, read, rows, section, slug, without_code

PROVIDERS = sorted(coded_providers().values(), key=lambda provider: provider.id)


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(Settings(home=Path("never-made")))


def text_of(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool | list) else str(value)


def default(field: FieldInfo) -> str:
    return "none" if field.default is None else text_of(field.default)


def bare_name(field: FieldInfo) -> str:
    """The name without prefix that a setting is also read as."""
    alias = field.validation_alias
    names = alias.choices if isinstance(alias, AliasChoices) else []
    return next((str(n) for n in names if not str(n).startswith(PREFIX)), "")


def test_each_setting_stands_with_its_default_its_meaning_and_its_other_name() -> None:
    told = read("docs/settings.md")
    parts: dict[str, type[BaseSettings]] = {
        "Collections": CollectionSettings,
        "The service": ServiceSettings,
    }
    named = {title: list(part.model_fields) for title, part in parts.items()}
    others = [name for name in Settings.model_fields if name not in chain(*named.values())]
    for title, names in {"The platform": others, **named}.items():
        fields = {name: Settings.model_fields[name] for name in names}
        assert rows(section(told, title)) == [
            [PREFIX + name.upper(), default(field), field.description, bare_name(field)]
            for name, field in fields.items()
        ]


def test_the_example_of_settings_names_real_ones_with_their_defaults() -> None:
    given = re.findall(rf"^(?:# )?{PREFIX}(\w+)=(.*)$", read(".env.example"), re.MULTILINE)
    defaults = {name.upper(): default(field) for name, field in Settings.model_fields.items()}
    assert given
    assert dict(given) == {name: defaults.get(name) for name, _ in given}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_each_column_stands_with_its_type(table: Table) -> None:
    text = section(read("docs/tables.md"), table.name)
    told = [(name, kind) for name, kind, *_ in rows(text)]
    kinds = {name: re.sub(r"^Datetime.*", "Datetime", str(k)) for name, k in table.schema.items()}
    assert told == list(kinds.items())
    for what, names in (
        ("Key", table.key), ("Partition", table.partitions), ("Sorted by", table.sort),
    ):  # fmt: skip
        assert f"- {what}: {', '.join(f'`{name}`' for name in names)}\n" in text


def test_no_table_is_told_that_there_is_not() -> None:
    assert {heading for heading in headings(read("docs/tables.md")) if heading.islower()} == {
        *TABLES
    }


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: str(provider.id))
def test_each_provider_stands_with_its_limits(provider: Provider) -> None:
    text = section(read("docs/providers.md"), provider.name)
    has = {"ohlcv": provider.candles, "prices": provider.tickers}
    feeds = [feed for feed, served in has.items() if served]
    facts = {
        "Id": f"`{provider.id}`",
        "Address": f"`{provider.base_url}`",
        "Limit": ", ".join(f"{limit.amount} in {limit.seconds} s" for limit in provider.limits),
        "Source of the limit": provider.docs_url,
    }
    if feeds:
        facts["Feeds"] = ", ".join(feeds)
    if provider.candles:
        facts["Intervals"] = ", ".join(provider.candles.intervals)
        facts["Candles of a page"] = str(provider.candles.page)
    if provider.tickers:
        facts["Markets of a price call"] = str(provider.tickers.batch)
    told = dict(re.findall(r"^- ([A-Z][\w ]+): (.*)$", text, re.MULTILINE))
    told.pop("Not verified on a recording", None)
    assert told == facts


def test_the_readme_counts_the_providers() -> None:
    everyone, parsed = load_providers().values(), coded_providers().values()
    assert rows(section(read("README.md"), "Providers")) == [
        [
            category.replace("_", " "),
            str(sum(provider.category == category for provider in everyone)),
            str(sum(provider.category == category for provider in parsed)),
        ]
        for category in CATEGORIES
        if category != "custom"
    ] + [["in all", str(len(everyone)), str(len(parsed))]]


def test_each_endpoint_stands_with_its_access(app: FastAPI) -> None:
    told: dict[str, str] = {}
    for name in ("docs/api.md", "docs/sockets.md"):
        for heading in re.findall(r"^#+ (`[A-Z]+ /.*`)$", read(name), re.MULTILINE):
            access = re.search(r"^Access: (\w+)\.", section(read(name), heading), re.MULTILINE)
            told[heading.strip("`")] = access[1] if access else "none told"
    served = {
        f"{method} {route.path_format or route.path}": access_of(route.dependencies)
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute | APIWebSocketRoute)
        for method in route.methods or ("WS",)
    }
    assert told == served


def test_each_parameter_of_an_endpoint_is_told_with_its_default(app: FastAPI) -> None:
    text = read("docs/api.md")
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            told = {row[0]: row[1] for row in rows(section(text, f"`{method.upper()} {path}`"))}
            taken = {p["name"]: p["schema"].get("default") for p in operation.get("parameters", ())}
            # Where the code has no default, the document has words for what happens.
            expected = {k: told.get(k) if v is None else text_of(v) for k, v in taken.items()}
            assert list(told.items()) == list(expected.items()), path


def test_each_error_that_a_client_is_told_of_is_one_of_ours() -> None:
    names = {re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower() for name in vars(errors)}
    told = rows(section(read("docs/api.md"), "What holds for all endpoints"))
    kinds = {kind.strip("` ") for row in told for kind in row[2].split(",")}
    assert "unknown-symbol" in kinds
    assert kinds <= names


def test_each_message_of_the_sockets_is_told() -> None:
    source = "".join(path.read_text() for path in sorted((ROOT / "api" / "live").glob("*.py")))
    heard = set(re.findall(r'tag="(\w+)"', source))
    said = {*re.findall(r'\bsaid(?:_now)?\(\s*"(\w+)"', source), *TYPES.values()}
    text = read("docs/sockets.md")
    for heading, kinds in (("What a client says", heard), ("What the server says", said)):
        told = [section(f"### {part}", heading) for part in re.split(r"^### ", text, flags=re.MULTILINE)
                if part.startswith(heading)]  # fmt: skip
        assert set(re.findall(r'\{"type":"(\w+)"', "".join(told))) == kinds


def test_each_command_of_dev_is_told_by_itself_and_by_the_readme() -> None:
    usage = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True)
    said = re.findall(r"^  (\w+) ", usage.stdout, re.MULTILINE)
    cases = read("dev").partition('\ncase "$command" in\n')[2]
    labels = re.findall(r"^([\w |]+)\)", cases, re.MULTILINE)
    taken = [name for label in labels for name in label.split(" | ")]
    told = [row[0].split()[1] for row in rows(section(read("README.md"), "Commands"))]
    assert sorted(said) == sorted(taken) == sorted(told)


def test_each_benchmark_that_is_told_is_there() -> None:
    for name in ("dev", "README.md"):
        told = re.search(r"beside a rival: (.*)", read(name))
        assert told is not None
        for benchmark in re.findall(r"\w+", told[1]):
            assert (ROOT / "benchmarks" / f"{benchmark}.py").is_file()


def test_each_command_of_headwater_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    def leaves(*path: str) -> list[str]:
        with pytest.raises(SystemExit):
            main([*path, "--help"])
        below = re.findall(r"^ {4}([a-z-]+)(?: |$)", capsys.readouterr().out, re.MULTILINE)
        return [leaf for one in below for leaf in leaves(*path, one)] or [" ".join(path)]

    told = [row[0] for row in rows(section(read("docs/operations.md"), "Command line"))]
    # What a command takes stands behind it in capitals.
    assert [re.sub(r" [A-Z]+$", "", row) for row in told] == [f"headwater {c}" for c in leaves()]


def test_each_schedule_and_check_is_told() -> None:
    text = read("docs/operations.md")
    of_candles = importlib.import_module("pipelines.candle_schedules").candle_schedules
    schedules = [
        *importlib.import_module("pipelines.schedules").SCHEDULES,
        *importlib.import_module("pipelines.feeds").FEED_SCHEDULES,
        *importlib.import_module("pipelines.maintenance").MAINTENANCE_SCHEDULES,
        *of_candles(Settings(home=Path("never-made"))),
    ]
    told = {tuple(row[:3]) for row in rows(section(text, "Schedules"))}
    assert told == {(s.name, s.cron_schedule, s.job_name) for s in schedules}
    checks = {tuple(row[:2]) for row in rows(section(text, "Checks"))}
    of_feeds = importlib.import_module("pipelines.feeds").FEED_CHECKS
    assert checks == {
        *(
            (key.asset_key.to_user_string(), key.name)
            for check in CHECKS
            for key in check.check_keys
        ),
        *(("each other feed", key.name) for check in of_feeds for key in check.check_keys),
    }


def test_each_fault_is_told() -> None:
    told = [row[0] for row in rows(section(read("docs/operations.md"), "Faults on demand"))]
    names = [name.strip("` ") for cell in told for name in cell.split(",")]
    fields = [name for name in Fault.__struct_fields__ if name != "served"]
    assert sorted(names) == sorted([*fields, *get_args(Kind)])


def test_each_link_leads_somewhere() -> None:
    broken = []
    for document in documents():
        for file, anchor in links(read(document)):
            target = ROOT / document.parent / file if file else ROOT / document
            if not target.exists():
                broken.append(f"{document}: {file}")
            elif anchor and anchor not in map(slug, headings(target.read_text())):
                broken.append(f"{document}: {file}#{anchor}")
    assert broken == []


def test_no_code_within_a_line_is_left_open() -> None:
    found = [
        f"{document}:{number}"
        for document in documents()
        for number, line in enumerate(without_code(read(document)).splitlines(), 1)
        if line.count("`") % 2
    ]
    assert found == []


def test_each_decision_is_numbered_and_says_what_follows() -> None:
    decisions = [path for path in documents() if path.match("docs/adr/*")]
    assert [path.name[:4] for path in decisions] == [
        f"{number:04}" for number in range(1, len(decisions) + 1)
    ]
    for path in decisions:
        title, *parts = headings(read(path))
        assert title.startswith(path.name[:4])
        assert parts == ["Context", "Decision", "Consequences"]
