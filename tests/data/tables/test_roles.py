"""Which column is what: recognised, said, or asked."""

from __future__ import annotations

from typing import Any

import pytest

from ptmrank_core.data.tables import describe_table
from ptmrank_core.data.tables.preview import CELL_CHARS
from ptmrank_core.errors import SamplesError, UnknownNameError
from ptmrank_core.records import Reading

LONG = "a longer text, with some words, number"


def _table(header: str, row: str) -> str:
    """Eight rows; ``#`` stands for a number, ``@`` and ``!`` for one of two letters, ``%`` for 0 or 1."""
    marks = {"#": [str(i + 3) for i in range(8)], "@": "pnpnpnpn", "%": "01010101", "!": "vvwwvvww"}
    rows = [row] * 8
    for mark, values in marks.items():
        rows = [one.replace(mark, value) for one, value in zip(rows, values, strict=True)]
    return "\n".join([header, *rows]) + "\n"


@pytest.mark.parametrize(
    ("header", "row", "guesses"),
    [
        ("text;label", "t#;@", "text label"),
        ("Review Text;Class", "t#;@", "text label"),
        ("title;content;category", "T#;c#;@", "- text label"),
        ("title;sentiment", "T#;@", "text label"),
        ("sentence1;sentence2;label", "a#;b#;@", "text text label"),
        ("id;text_b;text_a;gold_label", "7#;b#;a#;@", "- text text label"),
        ("question;context;text;label", "q#;c;t#;@", None),
        ("question;answer;label", "q#;a;@", "text text label"),
        ("label;words here", f"@;{LONG} #", "label text"),
        ("x;label", "t#;@", "text label"),
        ("text;sarcastic", "t#;@", "text label"),
        ("id;text;sarcastic", "#;t#;@", "- text label"),
        ("text;label;label_text", "t#;%;@", "text - label"),
        ("text;label;name", "t#;%;@", "text label -"),
        ("text;label;score", "t#;@;0.#", "text label -"),
        ("comment_text;toxic;threat", "t#;%;%", "text label label"),
        ("text;label;speaker", "t#;@;@", "text label group"),
        ("text;label;user", "t#;@;u#", "text label -"),
        ("text;label;user", "t#;@;u", "text label -"),
        ("a;b;target", "#;0.#;@", "feature feature label"),
        ("a;b;species", "0.#;1.#;@", "feature feature label"),
        ("a;name;label;patient", "0.#;x#;@;%", "feature - label group"),
        ("id;a;label", "9#;0.#;@", "- feature label"),
        ("text;title;review", "t#;T#;@", None),
        ("premise;hypothesis;text;label", "a#;b#;t#;@", None),
        ("one;two;label", f"{LONG} #;{LONG} x#;@", None),
        ("text;label;class", "t#;@;@", "text label -"),
        ("text;label;class", "t#;@;x%@", "text label -"),
        ("text;x;y z", "t#;@;@", "text label -"),
        ("a;b;c", "0.#;1.#;2.#", None),
        ("a;b;c", "0.#;@;@", "feature label -"),
        ("a;b", "@;@", None),
        ("label", "@", None),
    ],
)
def test_columns_are_recognised(tables: Any, header: str, row: str, guesses: str | None) -> None:
    """Each column gets its role by name and content; several candidates or none are a problem."""
    found = describe_table(tables.entry("a.csv", _table(header, row)))
    if guesses is None:
        assert set(found.guesses) == {""}
        assert "a.csv" in found.problem
        assert "_columns" in found.problem
    else:
        assert found.problem == ""
        assert [guess or "-" for guess in found.guesses] == guesses.split()


@pytest.mark.parametrize(
    ("header", "row", "reading", "said"),
    [
        (
            "text;review;label",
            "t#;r#;@",
            {},
            "the text: 'text', 'review'. Name the text column, or the two of a pair, in text_columns",
        ),
        (
            "text;label;class",
            "t#;@;!",
            {},
            "the label: 'label', 'class'. Name the label column in label_columns",
        ),
        (
            "text;x;z",
            "t#;o#;u#",
            {"text_columns": ("text",)},
            "is recognised as the label; it has 'text', 'x'",
        ),
        ("a;label", "#.5;@", {"modality": "text"}, "is recognised as the text"),
        ("text;label", "t#;@", {"modality": "tabular"}, "has no column of numbers beside the label"),
        ("text;label", "t#;%", {"modality": "tabular"}, "has no column of numbers beside the label"),
        ("text;label", "t#;@", {"modality": "image"}, "its rows cannot be image samples"),
        ("a;b;c;label", "t#;u#;v#;@", {"text_columns": ("a", "b", "c")}, "3 text columns were named"),
        ("a;f;label", "t#;#.5;@", {"text_columns": ("a",), "modality": "tabular"}, "for tabular samples"),
    ],
)
def test_what_cannot_be_told_is_asked(
    tables: Any, header: str, row: str, reading: dict[str, Any], said: str
) -> None:
    """An error lists the columns and names the option that settles it."""
    with pytest.raises(SamplesError) as caught:
        tables.load("a.csv", _table(header, row), **reading)
    assert said in str(caught.value)


def test_the_reader_maps_columns(tables: Any) -> None:
    """Columns that were named are taken, whatever else could be."""
    text = _table("text;review;label;class;who", "t#;r#;@;%;%")
    samples = tables.load(
        "a.csv", text, text_columns=("review",), label_columns=("class",), group_column="who"
    )
    assert samples.items[0].decode() == "r3"
    assert samples.class_names == ("0", "1")
    assert samples.groups[:2] == ("0", "1")
    assert samples.notes[0].endswith("groups from 'who'; not used: 'text', 'label'.")
    pair = tables.load("a.csv", text, text_columns=("review", "text"), label_columns=("label",))
    assert pair.items[0].decode() == ("r3", "t3")


def test_numbers_beside_a_text_may_be_the_samples(tables: Any) -> None:
    """The modality that was asked for decides where a table holds both."""
    text = _table("text;a;b;label", "t#;0.#;1.#;@")
    assert tables.load("a.csv", text).modality == "text"
    samples = tables.load("a.csv", text, modality="tabular")
    assert samples.items[0].decode().tolist() == [0.3, 1.3]


@pytest.mark.parametrize(
    "reading", [{"text_columns": ("txt",)}, {"label_columns": ("labl",)}, {"group_column": "usr"}]
)
def test_a_column_that_is_not_there(tables: Any, reading: dict[str, Any]) -> None:
    """A name that no column has gets the known ones."""
    with pytest.raises(UnknownNameError, match="Unknown column"):
        tables.load("a.csv", _table("text;label;user", "t#;@;@"), **reading)


def test_a_table_is_described_for_a_mapping(tables: Any) -> None:
    """The page gets columns, guesses, the number of rows and the first of them, cut."""
    text = _table("text;label;n", f"{'long ' * 50}#;@;#.0")
    found = describe_table(tables.entry("a.csv", text), Reading(label_columns=("n",)))
    assert found.columns == ("text", "label", "n")
    assert found.guesses == ("text", "", "label")
    assert found.n_rows == 8
    assert len(found.first_rows) == 5
    assert found.first_rows[1][1:] == ("n", "4")
    assert len(found.first_rows[0][0]) == CELL_CHARS
    assert hash(found)
