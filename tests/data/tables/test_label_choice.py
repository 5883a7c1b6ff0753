"""Several columns that look like labels or texts: one question, or a question to the user."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ptmrank_core.data.sources.limits import DEFAULT_LIMITS
from ptmrank_core.data.tables import load_table
from ptmrank_core.errors import InputField, SamplesError, UnclearReadingError
from ptmrank_core.records import Reading, Samples

N = 24
TEXTS = [f"a text of some words, number {i}" for i in range(N)]
NUMBERS = [i % 3 for i in range(N)]
WORDS = [("cat", "dog", "owl")[i % 3] for i in range(N)]
OTHER = ["up" if i < N // 2 else "down" for i in range(N)]


def write(columns: dict[str, list[Any]]) -> str:
    """The table as text."""
    rows = zip(*columns.values(), strict=True)
    return "\n".join(";".join(map(str, row)) for row in [tuple(columns), *rows]) + "\n"


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ("label", "label_text"),
        ("label", "label_name"),
        ("target", "category"),
        ("class_id", "class"),
        ("label", "class"),
        ("y", "species"),
    ],
)
@pytest.mark.parametrize("is_swapped", [False, True])
@pytest.mark.parametrize("beside", ["text", "numbers"])
def test_words_name_the_classes_that_numbers_count(
    tables: Any, numbers: str, words: str, is_swapped: bool, beside: str
) -> None:
    """In any order, beside texts and beside numbers; a note says so."""
    labels = {numbers: NUMBERS, words: WORDS}
    if is_swapped:
        labels = dict(reversed(labels.items()))
    samples = {"text": TEXTS} if beside == "text" else {"a": [i * 0.37 % 1 for i in range(N)]}
    loaded: Samples = tables.load("a.csv", write({**samples, **labels}))
    assert loaded.class_names == ("cat", "dog", "owl")
    assert loaded.columns is not None
    assert loaded.columns.label == (words,)
    assert loaded.columns.ignored == {numbers: f"holds the classes of {words!r}, one to one"}
    assert any(note.startswith(f"The classes are named by {words!r}") for note in loaded.notes)


def answers(tables: Any, text: str, **reading: Any) -> list[tuple[str, Samples]]:
    """What each option says, and what it gives."""
    entry = tables.entry("a.csv", text)
    with pytest.raises(UnclearReadingError) as caught:
        load_table("a.csv", entry, Reading(**reading), DEFAULT_LIMITS)
    assert len(caught.value.options) >= 2
    return [
        (
            option.text,
            load_table("a.csv", entry, replace(Reading(**reading), **option.changes), DEFAULT_LIMITS),
        )
        for option in caught.value.options
    ]


def test_two_questions_are_asked(tables: Any) -> None:
    """Each option names its column with the classes and counts, and gives them."""
    found = answers(tables, write({"text": TEXTS, "topic": WORDS, "sentiment": OTHER}))
    assert [text for text, _ in found] == [
        "The labels are in 'topic': classes cat (8), dog (8), owl (8).",
        "The labels are in 'sentiment': classes down (12), up (12).",
    ]
    assert [samples.class_names for _, samples in found] == [("cat", "dog", "owl"), ("down", "up")]


def test_labels_of_other_names_are_asked(tables: Any) -> None:
    """By their contents: what recurs, and numbers to predict; not what numbers the rows."""
    columns = {
        "nr": [*range(N)],
        "text": TEXTS,
        "one": WORDS,
        "two": OTHER,
        "height": [i / 7 for i in range(N)],
    }
    found = answers(tables, write(columns))
    assert [samples.columns.label for _, samples in found] == [("one",), ("two",), ("height",)]  # type: ignore[union-attr]
    assert [samples.target_kind for _, samples in found] == ["classification"] * 2 + ["regression"]
    assert found[2][0] == "The labels are in 'height': numbers to predict from 0 to 3.28571."


def test_an_option_says_what_kind_the_labels_are(tables: Any) -> None:
    """Integers that may be either are offered as numbers, together with the column."""
    many = [i * 3 for i in range(N)]
    many[-1] = 3
    found = answers(tables, write({"text": TEXTS, "stars": OTHER, "score": many}))
    assert [samples.target_kind for _, samples in found] == ["classification", "regression"]


def test_texts_are_asked(tables: Any) -> None:
    """Two texts of other names are one of the two, or a pair."""
    found = answers(tables, write({"left": TEXTS, "right": [text.upper() for text in TEXTS], "label": OTHER}))
    decoded = [samples.items[0].decode() for _, samples in found]
    assert decoded == [TEXTS[0], TEXTS[0].upper(), (TEXTS[0], TEXTS[0].upper())]


def test_a_pair_is_among_the_texts(tables: Any) -> None:
    """A pair by its names, and a third text."""
    columns = {"question": TEXTS, "context": [f"{t}!" for t in TEXTS], "text": [f"{t}?" for t in TEXTS]}
    found = answers(tables, write({**columns, "label": OTHER}))
    assert found[0][1].items[0].decode() == (TEXTS[0], f"{TEXTS[0]}!")
    assert len(found) == 4


def test_columns_beside_numbers_are_asked(tables: Any) -> None:
    """Two columns of recurring words beside numbers, the last one first."""
    found = answers(tables, write({"a": [i * 0.37 % 1 for i in range(N)], "one": WORDS, "two": OTHER}))
    assert [samples.class_names for _, samples in found] == [("down", "up"), ("cat", "dog", "owl")]
    assert [samples.columns.features for _, samples in found] == [("a", "one"), ("a", "two")]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "label"),
    [("文本", "标签"), ("отзыв", "тональность"), ("texto_x", "etiqueta"), ("본문", "감정"), ("νερό", "τάξη")],
)
def test_names_of_any_language(tables: Any, text: str, label: str) -> None:
    """Text and label are found by their contents, beside an index, a date and a constant."""
    columns = {
        "№": [i + 7 for i in range(N)],
        label: WORDS,
        "когда": [f"2024-0{i % 9 + 1}-11" for i in range(N)],
        text: TEXTS,
        "lang": ["x"] * N,
    }
    samples = tables.load("a.csv", write(columns))
    assert (samples.columns.text, samples.columns.label) == ((text,), (label,))
    assert {*samples.columns.ignored} == {"№", "когда", "lang"}


def test_short_texts_without_blanks(tables: Any) -> None:
    """Chinese texts are as long as others, though of fewer letters."""
    texts = [f"这部电影第{'一二三四五六七八九十'[i % 10]}部真{'好坏'[i % 2]}看{i}" for i in range(N)]
    samples = tables.load("a.csv", write({"x": texts, "y": WORDS, "z": [f"人{i}" for i in range(N)]}))
    assert samples.columns.text == ("x",)


@pytest.mark.parametrize(
    "cell", ["https://a.org/{}.html", "/data/pictures/of/dogs/{}.png", "someone{}@example.org"]
)
def test_addresses_are_no_texts(tables: Any, cell: str) -> None:
    """However long they are."""
    samples = tables.load(
        "a.csv",
        write({"where it is from": [cell.format(i) for i in range(N)], "words": TEXTS, "label": OTHER}),
    )
    assert samples.columns.text == ("words",)


@pytest.mark.parametrize(
    "name",
    [
        "text",
        "Sentence",
        "review",
        "content",
        "tweet",
        "comment_text",
        "reviewText",
        "message",
        "headline",
        "body",
    ],
)
def test_usual_names_of_texts(tables: Any, name: str) -> None:
    """Beside another long text of a name that says nothing."""
    columns = {"elsewhere": [f"{text}, elsewhere" for text in TEXTS], name: TEXTS, "label": OTHER}
    assert tables.load("a.csv", write(columns)).columns.text == (name,)


def test_an_ignored_column_is_no_candidate(tables: Any) -> None:
    """Naming it settles a question, too; it cannot be used at the same time."""
    text = write({"text": TEXTS, "topic": WORDS, "sentiment": OTHER})
    samples = tables.load("a.csv", text, ignored_columns=("Topic",))
    assert samples.columns.label == ("sentiment",)
    assert samples.columns.ignored == {"topic": "is left out, as asked"}
    with pytest.raises(SamplesError, match="both to be used and not to be used") as caught:
        tables.load("a.csv", text, label_columns=("topic",), ignored_columns=("topic",))
    assert caught.value.fields == (InputField.IGNORED_COLUMNS,)
