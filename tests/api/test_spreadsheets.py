"""Cells that no spreadsheet takes for formulas, whatever a provider says."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.spreadsheets import Number, leaves, lines
from resources.formulas import neutral

_BEGIN = "=+-@\t\r\n＝＋－＠"  # noqa: RUF001 (wide characters are meant)


@given(st.text())
def test_no_text_begins_a_formula_and_none_is_lost(text: str) -> None:
    shown = neutral(text)
    assert not shown.lstrip(" ").startswith(tuple(_BEGIN))
    assert shown.removeprefix("'") == text.removeprefix("'")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_what_is_written_is_read_again(cells: list[str]) -> None:
    read = next(csv.reader(io.StringIO(lines([cells]).decode(), newline="")))
    assert [one.removeprefix("'") for one in read] == [
        one.replace("\0", "�").removeprefix("'") for one in cells
    ]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-1, "-1"),
        (Number("-0.10"), "-0.10"),
        (None, ""),
        (False, "false"),
        ([], "[]"),
        ("-1", "'-1"),
    ],
)
def test_numbers_keep_their_sign_and_texts_do_not_begin_with_one(value: Any, cell: str) -> None:
    assert next(csv.reader(io.StringIO(lines([[value]]).decode()))) == [cell]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)  # fmt: skip


@given(_JSON)
def test_each_value_without_parts_comes_once_in_its_order(value: Any) -> None:
    def flat(one: Any) -> list[Any]:
        if isinstance(one, dict | list) and one:
            parts = one.values() if isinstance(one, dict) else one
            return [leaf for part in parts for leaf in flat(part)]
        return [one]

    assert [leaf for _, leaf in leaves(json.dumps(value).encode())] == flat(value)


def test_numbers_keep_their_digits() -> None:
    body = b'{"a": 0.10000000000000000001, "b": [1e400, 12345678901234567890123]}'
    assert [(path, str(value)) for path, value in leaves(body)] == [
        ("a", "0.10000000000000000001"), ("b.0", "1e400"), ("b.1", "12345678901234567890123"),
    ]  # fmt: skip


def test_what_is_nested_deep_or_named_long_stays_small() -> None:
    ((path, value),) = leaves(b"[" * 900 + b"1" + b"]" * 900)
    assert (len(path), value) == (500, 1)
    long = b'{"' + b"k" * 400_000 + b'": [' + b",".join([b"1"] * 50_000) + b"]}"
    assert sum(len(path) for path, _ in leaves(long)) == 50_000 * 500
