"""A table becomes samples: texts, pairs, words and numbers."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Any

import numpy as np
import pytest

from ptmrank_core.data.media.text import digest_pair, digest_text
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import WordInContext

REVIEWS = """text,label
good,pos
bad,neg
fine,pos
ugly,neg
,pos
fine,pos
ugly,pos
plain,
odd,neutral
"""


def test_a_users_reviews(tables: Any) -> None:
    """Texts become samples; what is empty, a copy, contradictory or alone is left out with its reason."""
    samples = tables.load("a.csv", REVIEWS + "great,pos\nawful,neg\n")
    assert (samples.modality, samples.target_kind, samples.source) == ("text", "classification", "a.csv")
    assert [item.decode() for item in samples.items] == ["good", "bad", "fine", "great", "awful"]
    assert samples.labels.tolist() == [1, 0, 1, 1, 0]
    assert samples.class_names == ("neg", "pos")
    assert samples.names == ("a.csv:2", "a.csv:3", "a.csv:4", "a.csv:11", "a.csv:12")
    assert samples.digests[0] == digest_text("good")
    assert [(item.name, item.reason) for item in samples.left_out] == [
        ("a.csv:5", "same content as 'a.csv:8' under another label ('pos')"),
        ("a.csv:6", "no text"),
        ("a.csv:7", "same content as 'a.csv:4'"),
        ("a.csv:8", "same content as 'a.csv:5' under another label ('neg')"),
        ("a.csv:9", "no label"),
        ("a.csv:10", "the only sample of class 'neutral'; at least two are needed"),
    ]
    assert samples.notes == ("Text is read from 'text', labels from 'label'.",)


def test_pairs(tables: Any) -> None:
    """Two columns are one sample; a pair with an empty half is left out."""
    rows = "".join(f"p{i},h{i},{i % 2}\n" for i in range(4))
    samples = tables.load("a.csv", f"premise,hypothesis,label\n{rows}x,,1\n")
    assert samples.items[0].decode() == ("p0", "h0")
    assert samples.digests[0] == digest_pair("p0", "h0")
    assert [item.reason for item in samples.left_out] == ["one text of the pair is empty"]


def test_a_regression(tables: Any) -> None:
    """Numbers stay numbers; the same text with two of them is left out."""
    rows = "a,0.5\nb,1.25\nc,3\nd,\ne,inf\nf,1\nf,2\n"
    samples = tables.load("a.csv", f"text,score\n{rows}")
    assert samples.target_kind == "regression"
    assert samples.labels.tolist() == [0.5, 1.25, 3.0]
    assert samples.class_names == ("score",)
    assert [item.reason for item in samples.left_out] == [
        "no label",
        "label is not a finite number: 'inf'",
        "same content as 'a.csv:8' under another label ('2')",
        "same content as 'a.csv:7' under another label ('1')",
    ]


def test_a_regression_on_several_columns(tables: Any) -> None:
    """The columns that were named give labels of shape (n, k), in their order."""
    rows = "".join(f"t{i},{i / 2},{i}\n" for i in range(4))
    samples = tables.load("a.csv", f"text,x,y\n{rows}", label_columns=("y", "x"))
    assert samples.class_names == ("y", "x")
    assert samples.labels.tolist() == [[0, 0], [1, 0.5], [2, 1], [3, 1.5]]


def test_several_labels(tables: Any) -> None:
    """A label that too few have, or too few have not, is dropped and named; its samples stay."""
    cells = ["u|v", "v", "u", "u", "v|w", "v"]
    samples = tables.load("a.csv", "text,label\n" + "".join(f"t{i},{cell}\n" for i, cell in enumerate(cells)))
    assert samples.target_kind == "multilabel"
    assert samples.class_names == ("u", "v")
    assert samples.n_samples == 6
    assert samples.summary().class_counts == {"u": 3, "v": 4}
    assert "The label 'w' was left out: 1 of 6 samples have it" in samples.notes[-1]


def test_rows_of_numbers(tables: Any) -> None:
    """As they stand, numbers come back as they were; a column of words and a row with a gap are left out."""
    text = ",a,b,name,species\n0,1.5,2,n,x\n1,2.5,3,n,x\n2,3.5,,n,y\n3,4,5,n,y\n4,4,inf,n,y\n5,4,-0.0,n,y\n"
    samples = tables.load("a.csv", text, label_columns=("species",), columns_as_is=True)
    assert samples.modality == "tabular"
    np.testing.assert_array_equal(
        [item.decode() for item in samples.items], [[1.5, 2], [2.5, 3], [4, 5], [4, 0]]
    )
    assert samples.items[0].decode().dtype == np.float64
    assert samples.items[0].size == 2
    assert [(item.name, item.reason) for item in samples.left_out] == [
        ("a.csv:4", "no number in column 'b'"),
        ("a.csv:6", "a number that is not finite in column 'b'"),
    ]
    assert samples.notes == (
        "Features are read from 'a', 'b', labels from 'species'; not used: 'column 1', 'name'.",
        "Not used: 'column 1', which numbers the rows: its name is blank.",
        "Not used: 'name', which is constant.",
    )
    with pytest.raises(ValueError, match="read-only"):
        samples.items[0].decode()[0] = 1.0


def test_gaps_are_filled_and_marked(tables: Any) -> None:
    """By default the row with a gap is a sample, with the median and a mark; infinity is not filled."""
    text = "a,b,species\n1.5,2,x\n2.5,3,x\n3.5,,y\n4,5,y\n4,inf,y\n4,-0.0,y\n"
    samples = tables.load("a.csv", text)
    np.testing.assert_array_equal(
        [item.decode() for item in samples.items],
        [[1.5, 2, 0], [2.5, 3, 0], [3.5, 2.5, 1], [4, 5, 0], [4, 0, 0]],
    )
    assert [item.reason for item in samples.left_out] == ["a number that is not finite in column 'b'"]
    assert samples.notes[1].startswith("Gaps were filled with the column's median")
    assert samples.notes[1].endswith("'b' (1).")


def test_the_digest_of_numbers_is_documented(tables: Any) -> None:
    """It is that of the columns' names and the numbers as little-endian float64; both count."""
    text = "a,b,label\n1,2,x\n3,4,x\n5,6,y\n7,8,y\n"
    samples = tables.load("a.csv", text)
    content = b'\xff["a", "b"]' + np.array([1, 2], dtype="<f8").tobytes()
    assert samples.digests[0] == hashlib.sha256(content).hexdigest()
    assert tables.load("a.csv", text.replace("a,b", "a,c")).digests[0] != samples.digests[0]


CONLL = """-DOCSTART- -X- O

EU NNP B
rejects VBZ O

-DOCSTART- -X- O

German JJ B
call NN O
broken
"""


def test_conll(tables: Any) -> None:
    """Each word is a sample in its sentence; documents are the groups."""
    samples = tables.load("a.conll", CONLL)
    assert [item.decode() for item in samples.items] == [
        WordInContext(("EU", "rejects"), 0),
        WordInContext(("EU", "rejects"), 1),
        WordInContext(("German", "call"), 0),
        WordInContext(("German", "call"), 1),
    ]
    assert samples.class_names == ("B", "O")
    assert samples.labels.tolist() == [0, 1, 0, 1]
    assert samples.groups == ("1", "1", "2", "2")
    assert samples.names == ("a.conll:3", "a.conll:4", "a.conll:8", "a.conll:9")
    assert [(item.name, item.reason) for item in samples.left_out] == [
        ("a.conll:10", "wrong number of cells: 1 where 3 were expected")
    ]


def test_the_column_of_tags(tables: Any) -> None:
    """The last column holds the tags, the second where the last is always the same, or the one named."""
    text = "a\tX\tp\tP\nb\tY\tp\tQ\n\nc\tX\tp\tP\nd\tY\tp\tQ\n"
    assert tables.load("a.txt", text).class_names == ("P", "Q")
    assert tables.load("a.txt", text, label_columns=("2",)).class_names == ("X", "Y")
    assert tables.load("a.conll", text.replace("\tQ", "\tP")).class_names == ("X", "Y")


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_lists_of_words(tables: Any, kind: str) -> None:
    """Lists of words and tags give the samples of the same CoNLL file; -100 and bad lists are left out."""
    columns = {
        "tokens": [["EU", "rejects"], ["German", "call", "!"], ["a", "b"], []],
        "ner_tags": [[0, 1], [0, 1, -100], [0], []],
    }
    samples = tables.load(f"a.{kind}", tables.write(kind, columns))
    conll = tables.load("a.conll", "EU 0\nrejects 1\n\nGerman 0\ncall 1\n! -100\n")
    assert samples.fingerprint == conll.fingerprint
    assert samples.names[:3] == (f"a.{kind}:1:1", f"a.{kind}:1:2", f"a.{kind}:2:1")
    assert [(item.name, item.reason) for item in samples.left_out] == [
        (f"a.{kind}:2:3", "the tag -100 marks words to be ignored"),
        (f"a.{kind}:3", "2 words and 1 tags"),
        (f"a.{kind}:4", "no words"),
    ]


def test_a_sentence_that_comes_twice(tables: Any) -> None:
    """Its words are kept once, and not at all where their tags differ."""
    samples = tables.load("a.conll", "a X\nb Y\n\na X\nb X\n\nc X\nd Y\ne Y\n")
    assert [item.reason for item in samples.left_out] == [
        "same content as 'a.conll:5' under another label ('X')",
        "same content as 'a.conll:1'",
        "same content as 'a.conll:2' under another label ('Y')",
    ]


def test_many_tags_that_are_numbers_are_classes(tables: Any) -> None:
    """Token classification is never asked whether its tags are numbers."""
    rows = {"tokens": [["a", f"w{i}"] for i in range(90)], "pos_tags": [[i % 45, i % 45] for i in range(90)]}
    assert len(tables.load("a.jsonl", tables.write("jsonl", rows)).class_names) == 45


def test_groups_travel_with_the_samples(tables: Any) -> None:
    """A sample without a group is one of its own; groups of what is left out go with it."""
    rows = "a,p,u1\nb,n,u2\nc,p,\n,p,u3\nd,n,u1\n"
    samples = tables.load("a.csv", f"text,label,speaker\n{rows}")
    assert samples.groups == ("u1", "u2", f"no group, {digest_text('c')}", "u1")
    assert samples.summary().n_groups == 3
    assert samples.notes == ("Text is read from 'text', labels from 'label', groups from 'speaker'.",)


@pytest.mark.parametrize(
    ("rows", "reading", "said"),
    [
        ("a,p\nb,p\nc,n\n", {}, "only one class left: 'p' (2 samples)"),
        ("a,\nb,\n", {}, "has no class left; at least two classes of two samples each"),
        ("a,1\nb,2\nc,1\n", {"target_kind": "regression"}, "has 2 different numbers in label column 'label'"),
        ("a,u|v\nb,u\nc,u\n", {}, "no label left that at least two samples have and two do not"),
        (",p\n,n\n", {}, "Left out: 2 x no text."),
    ],
)
def test_too_little_is_left(tables: Any, rows: str, reading: dict[str, Any], said: str) -> None:
    """An error says what is needed, and what was left out by reason."""
    with pytest.raises(SamplesError) as caught:
        tables.load("a.csv", f"text,label\n{rows}", **reading)
    assert said in str(caught.value)


def test_a_word_among_integers_may_go(tables: Any) -> None:
    """Classes are in the order of their values once the only word among them is left out."""
    rows = "".join(f"t{i},{[9, 10][i % 2]}\n" for i in range(6))
    samples = tables.load("a.csv", f"text,label\n{rows}x,other\n", target_kind="classification")
    assert samples.class_names == ("9", "10")
    assert samples.labels.tolist() == [0, 1] * 3


LABELS = (
    ["x", "y", "z", "", "nan"],
    ["1", "2", "3", "4", "?"],
    ["0.5", "1.5", "2.5", "inf"],
    ["u|v", "v", "w", "u", ""],
)


@pytest.mark.parametrize("seed", range(30))
def test_nothing_is_lost(tables: Any, seed: int) -> None:
    """Every row is a sample or left out, exactly one of them, and of equal texts at most one is a sample."""
    generator = np.random.default_rng(seed)
    texts = ["", " ", "one", "two", "three\nlines", "fo,ur", '"five"', *(f"t{i}" for i in range(40))]
    chosen = LABELS[seed % 4]
    n_rows = int(generator.integers(30, 60))
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(["text", "label"])
    starts = []
    for _ in range(n_rows):
        starts.append(buffer.getvalue().count("\n") + 1)
        cells = [texts[generator.integers(len(texts))], chosen[generator.integers(len(chosen))]]
        writer.writerow([*cells, "extra"] if generator.random() < 0.1 else cells)
    samples = tables.load("a.csv", buffer.getvalue())
    accounted = [*samples.names, *(item.name for item in samples.left_out)]
    assert sorted(accounted) == sorted(f"a.csv:{line}" for line in starts)
    assert len(set(samples.digests)) == samples.n_samples
    assert all(item.reason for item in samples.left_out)
    places = [int(item.name.split(":")[1]) for item in samples.left_out]
    assert places == sorted(places)
