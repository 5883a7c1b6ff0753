"""Decisions on samples: read within bounds, and applied to the labels of a source."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptmrank_core.data import (
    apply_corrections,
    load_corrections,
    load_objects,
    load_samples,
    read_decisions,
    read_options,
)
from ptmrank_core.errors import InputError, SamplesError
from ptmrank_core.records import Correction, Decision, Decisions, Reading, Samples
from ptmrank_core.reports.tables.look import decisions_table
from ptmrank_core.reports.tables.writers import csv_text

A, B = "a" * 64, "b" * 64
HEAD = "sample,file,label,decision,new_label,reason\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Texts in three classes, four of each."""
    rows = [f"some text number {i} of them,{'xyz'[i % 3]}" for i in range(12)]
    path = tmp_path / "texts.csv"
    path.write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    return path


@pytest.fixture
def samples(table: Path) -> Samples:
    """The same, read as they are."""
    return load_samples(table)


def read_with(table: Path, *corrections: Correction) -> Samples:
    """The samples with corrections in their reading."""
    return load_samples(table, Reading(corrections=corrections))


def test_a_label_is_changed_and_a_sample_left_out(table: Path, samples: Samples) -> None:
    """By content: everything else stays, the fingerprint changes, and the report says what was done."""
    relabelled, dropped = samples.digests[0], samples.digests[4]
    changed = read_with(table, Correction(relabelled, "z"), Correction(dropped, None))
    assert changed.n_samples == 11
    assert dropped not in changed.digests
    row = changed.digests.index(relabelled)
    assert changed.class_names[changed.labels[row]] == "z"
    assert changed.fingerprint != samples.fingerprint
    assert changed.left_out[-1].reason == "left out by a decision on this sample"
    assert "By decisions on single samples, 1 label was changed and 1 sample was left out." in changed.notes
    others = [digest for digest in samples.digests if digest not in {relabelled, dropped}]
    for digest in others:
        of_both = [s.labels[s.digests.index(digest)] for s in (samples, changed)]
        assert of_both[0] == of_both[1]


def test_the_draw_is_that_of_the_labels_before(table: Path) -> None:
    """Corrections come after the draw: the same samples are drawn, so that their features are cached."""
    drawn = load_samples(table, Reading(max_samples=9))
    changed = load_samples(table, Reading(max_samples=9, corrections=(Correction(drawn.digests[0], "y"),)))
    assert changed.digests == drawn.digests


def test_corrections_of_other_samples_are_passed_over_and_counted(table: Path, samples: Samples) -> None:
    """A list that was made for more samples can be used on some of them."""
    changed = read_with(table, Correction(A, "x"), Correction(B, None), Correction(samples.digests[0], "x"))
    assert changed.n_samples == 12
    assert "2 of the decisions are about samples that are not among these." in changed.notes


def test_a_class_that_is_left_with_one_sample_goes(table: Path, samples: Samples) -> None:
    """Its last sample is left out with the reason, and the class is gone."""
    of_x = [digest for digest, label in zip(samples.digests, samples.labels, strict=True) if label == 0]
    changed = read_with(table, *(Correction(digest, None) for digest in of_x[:3]))
    assert changed.class_names == ("y", "z")
    assert any("the only sample left of class 'x'" in one.reason for one in changed.left_out)
    assert changed.labels.max() == 1


def test_what_cannot_be_corrected_is_told(table: Path, samples: Samples) -> None:
    """A class that is not there, and decisions that leave one class."""
    with pytest.raises(
        SamplesError, match=r"was to become 'q', which is no class of these; expected one of 'x'"
    ):
        read_with(table, Correction(samples.digests[0], "q"))
    rest = [d for d, label in zip(samples.digests, samples.labels, strict=True) if label != 0]
    with pytest.raises(SamplesError, match="leave 1 classes with two samples or more"):
        read_with(table, *(Correction(digest, None) for digest in rest))


def test_nothing_is_done_without_corrections(samples: Samples) -> None:
    """The same samples, not a copy with a note."""
    assert apply_corrections(samples, ()) is samples


def test_decisions_come_back_as_they_were_written() -> None:
    """Names that a spreadsheet would run, quotes and line breaks survive; kept samples too."""
    made = Decisions(
        (
            Decision(A, "=cmd|x.png", "cat, or dog", "relabel", '-"cat"', "two\nlines"),
            Decision(B, "é.png", "cat", "leave out"),
            Decision("c" * 64, "c.png", "cat", "keep", "", "fine"),
        )
    )
    assert Decisions(read_decisions("d.csv", csv_text(decisions_table(made)).encode())) == made
    assert made.corrections() == (Correction(A, '-"cat"'), Correction(B, None))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no column 'sample', 'decision', 'new_label'"),
        ("sample,decision\n", "has no column 'new_label'"),
        (f"{HEAD}../../etc,a,b,keep,,\n", r"d.csv:2 names the sample '../../etc'; expected its SHA-256"),
        (f"{HEAD}{A},a,b,delete,,\n", r"d.csv:2 decides 'delete'; expected keep, relabel or leave out"),
        (f"{HEAD}{A},a,b,relabel,,\n", r"d.csv:2 relabels to nothing"),
        (f"{HEAD}{A},a,b,keep,cat,\n", r"d.csv:2 has a new label, but decides 'keep'"),
        (f"{HEAD}{A},a,b,keep,,\n{A},a,b,keep,,\n", r"d.csv:3 decides on a sample a second time"),
        (f"{HEAD}{A},a,b,keep,,{'x' * 2000}\n", "holds a text of more than 1,000 letters"),
        (f'{HEAD}{A},"a,b,keep,,\n', "cannot be read at line"),
        (f"{HEAD}{A},{'x' * 200_000},b,keep,,\n", "cannot be read at line"),
    ],
)
def test_hostile_tables_are_refused_in_words(text: str, message: str) -> None:
    """Whatever is wrong is named with its line and what was expected."""
    with pytest.raises(InputError, match=message):
        read_decisions("d.csv", text.encode())


def test_tables_beyond_bounds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many bytes, too many rows, and bytes that are no text."""
    with pytest.raises(InputError, match="larger than 16 MiB"):
        read_decisions("d.csv", b"x" * (16 * 2**20 + 1))
    with pytest.raises(InputError, match="is not UTF-8: byte 2"):
        read_decisions("d.csv", b"sa\xff")
    monkeypatch.setattr("ptmrank_core.data.decisions.reading.MAX_DECISIONS", 1)
    rows = f"{A},a,b,keep,,\n{B},a,b,keep,,\n"
    with pytest.raises(InputError, match="at most 1 are read"):
        read_decisions("d.csv", (HEAD + rows).encode())


def test_corrections_are_read_from_a_file_or_in_place(tmp_path: Path) -> None:
    """The table without what is kept, or a JSON object; a folder and a broken object are told."""
    path = tmp_path / "d.csv"
    path.write_text(f"{HEAD}{A},a,b,relabel,cat,\n{B},a,b,keep,,\n", encoding="utf-8")
    assert load_corrections(str(path)) == (Correction(A, "cat"),)
    assert load_corrections(f'{{"{A}": "cat", "{B}": null}}') == (Correction(A, "cat"), Correction(B, None))
    for wrong in (str(tmp_path), str(tmp_path / "none.csv"), "{", '{"x": "cat"}', f'{{"{A}": 3}}'):
        with pytest.raises(InputError):
            load_corrections(wrong)


def test_objects_of_a_script_take_corrections_too(table: Path, samples: Samples) -> None:
    """The keyword corrections names the table of decisions, or is its JSON."""
    import pandas as pd  # noqa: PLC0415 - a second

    changed = load_objects(
        pd.read_csv(table), read_options({"corrections": f'{{"{samples.digests[0]}": "z"}}'})
    )
    assert any("1 label was changed" in note for note in changed.notes)
