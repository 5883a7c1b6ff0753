"""Tables of rows that are too wide, too long, or say two things at once."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from ptmrank_core.data import load_samples
from ptmrank_core.errors import SamplesError

LONGEST_SECONDS = 60
"""Minutes were usual where reading took time with the square of the columns."""


def test_a_key_that_occurs_twice_is_told(tmp_path: Path) -> None:
    """The last value counts, as everywhere; how many objects there are is said, in lines and in an array."""
    rows = [f'{{"text": "a text number {i}", "label": "x", "label": "{"ab"[i % 2]}"}}' for i in range(20)]
    for name, content in {"a.jsonl": "\n".join(rows), "b.json": f"[{','.join(rows)}]"}.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
        samples = load_samples(tmp_path / name)
        assert samples.class_names == ("a", "b")
        assert any("20 objects" in note and "'label'" in note for note in samples.notes)


def test_objects_whose_keys_all_differ_are_refused(tmp_path: Path) -> None:
    """Each would make the table wider by a column: as many cells as the square of the rows."""
    rows = [json.dumps({f"k{i}": 1, "label": "ab"[i % 2]}) for i in range(5_000)]
    (tmp_path / "a.jsonl").write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(SamplesError, match="expected objects with the same keys"):
        load_samples(tmp_path / "a.jsonl")


def test_a_value_of_millions_of_characters_is_left_out(tmp_path: Path) -> None:
    """With the length, as in tables of cells."""
    rows = [json.dumps({"text": f"a text number {i}", "label": "ab"[i % 2]}) for i in range(20)]
    rows.append(json.dumps({"text": "x " * 2_000_000, "label": "a"}))
    (tmp_path / "a.jsonl").write_text("\n".join(rows), encoding="utf-8")
    [lost] = load_samples(tmp_path / "a.jsonl").left_out
    assert lost.reason == "a cell that is too long: 4,000,000 characters"


@pytest.mark.parametrize("header", ["f{}", ""])
def test_wide_tables_are_read_in_linear_time(tmp_path: Path, header: str) -> None:
    """Columns with names and without: 20,000 of them do not take the square of their number."""
    n_columns = 20_000
    lines = [",".join([*(header.format(i) for i in range(n_columns)), "label"])]
    lines += [",".join([*(str(i * j % 97 / 7) for i in range(n_columns)), "ab"[j % 2]]) for j in range(4)]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    start = time.process_time()
    assert load_samples(tmp_path / "a.csv").n_samples == 4
    assert time.process_time() - start < LONGEST_SECONDS


@pytest.mark.parametrize("n_digits", [400, 5_000])
def test_labels_of_thousands_of_digits_are_classes(tmp_path: Path, n_digits: int) -> None:
    """They are no numbers: two of them that differ in the last digit stay apart."""
    rows = [f"a text number {i},{'9' * n_digits}{i % 2}" for i in range(20)]
    (tmp_path / "a.csv").write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    assert load_samples(tmp_path / "a.csv").class_names == ("9" * n_digits + "0", "9" * n_digits + "1")
