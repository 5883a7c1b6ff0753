"""Labels from a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.data import load_samples
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Samples


def _load(make: Any, tmp_path: Path, table: bytes | str, name: str = "labels.csv") -> Samples:
    """Load four pictures beside a table, from a zip archive."""
    files = {f"{i}.png": make.picture(i) for i in range(4)}
    data = table if isinstance(table, bytes) else table.encode()
    return load_samples(make.write(tmp_path / "a.zip", make.zip({**files, name: data})))


def _labels(samples: Samples) -> dict[str, str]:
    """Class name of each sample."""
    labels = [samples.class_names[label] for label in samples.labels]
    return dict(zip(samples.names, labels, strict=True))


ROWS = [("0.png", "cat"), ("1.png", "dog"), ("2.png", "dog"), ("3.png", "cat")]
GOOD = "".join(f"\n{file},{label}" for file, label in ROWS)


@pytest.mark.parametrize(
    ("name", "header", "mark"),
    [
        ("labels.csv", "file,label", ","),
        ("table.TSV", "Path\tClass", "\t"),
        ("x.csv", "Image;CATEGORY", ";"),
        ("x.csv", "\nImage;CATEGORY", ";"),
        ("x.csv", "\ufeffFile Name,target", ","),
        ("x.csv", '"file_name","label"', ","),
    ],
)
def test_columns_are_found(make: Any, tmp_path: Path, name: str, header: str, mark: str) -> None:
    """Any known pair of columns, in any case, with the delimiter that suffix and header tell."""
    samples = _load(make, tmp_path, header + GOOD.replace(",", mark), name)
    assert _labels(samples) == dict(ROWS)
    assert samples.left_out == ()
    assert samples.notes == ()


def test_other_columns_do_not_matter(make: Any, tmp_path: Path) -> None:
    """Order and number of columns are free; quotes and Windows line ends are understood."""
    rows = "".join(f'\r\n1,{label},"a, b","{file}"' for file, label in ROWS)
    samples = _load(make, tmp_path, f"id,label,note,filename{rows}\r\n\r\n")
    assert _labels(samples) == dict(ROWS)


def test_latin_1_is_read_and_said(make: Any, tmp_path: Path) -> None:
    """A table that is no UTF-8 is read as Latin-1, and the notes say so."""
    table = ("file,label" + GOOD.replace("dog", "chiffré")).encode("latin-1")
    samples = _load(make, tmp_path, table)
    assert samples.class_names == ("cat", "chiffré")
    assert samples.notes == ("labels.csv is not UTF-8 and was read as Latin-1.",)


@pytest.mark.parametrize(
    ("rows", "name", "reason"),
    [
        ("9.png,cat", "labels.csv:6", "no such file: line 6 names '9.png'"),
        ("../9.png,cat", "labels.csv:6", "no such file: line 6 names '../9.png'"),
        (",cat", "labels.csv:6", "no file name: line 6 names ''"),
        ("0.png,cat", "labels.csv:6", "named once more: line 6 names '0.png'"),
        ("\n./0.png,cat", "labels.csv:7", "named once more: line 7 names '0.png'"),
    ],
)
def test_rows_that_label_nothing_are_left_out(
    make: Any, tmp_path: Path, rows: str, name: str, reason: str
) -> None:
    """A row without a file of its own is named by its line, and costs no sample."""
    samples = _load(make, tmp_path, f"file,label{GOOD}\n{rows}")
    assert [(item.name, item.reason) for item in samples.left_out] == [(name, reason)]
    assert samples.n_samples == 4


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("4.png,", "empty label: labels.csv, line 6"),
        ("4.png", "empty label: labels.csv, line 6"),
        ("4.png,\n4.png, ", "empty label: labels.csv, lines 6 and 7"),
        ("4.png,a\n4.png,b", "several labels: 'a', 'b' in labels.csv, lines 6 and 7"),
        ("", "not in the manifest labels.csv"),
    ],
)
def test_files_without_one_label_are_left_out(make: Any, tmp_path: Path, rows: str, reason: str) -> None:
    """A file with no label, two labels or no row is left out with the lines that say so."""
    files = {f"{i}.png": make.picture(i) for i in range(5)}
    files["labels.csv"] = f"file,label{GOOD}\n{rows}".encode()
    samples = load_samples(make.folder(tmp_path / "photos", files))
    assert [(item.name, item.reason) for item in samples.left_out] == [("4.png", reason)]


def test_a_label_beside_an_empty_one_counts(make: Any, tmp_path: Path) -> None:
    """A file named twice, once without a label, has the label that there is."""
    samples = _load(make, tmp_path, f"file,label{GOOD}\n0.png,")
    assert _labels(samples)["0.png"] == "cat"
    assert samples.left_out[0].name == "labels.csv:6"


def test_a_wrapping_folder_is_looked_through(make: Any, tmp_path: Path) -> None:
    """Paths are relative to the manifest, wherever the top folder hides it."""
    files = {f"data/img/{i}.png": make.picture(i) for i in range(4)}
    table = "file,label" + "".join(f"\nimg\\{file},{label}" for file, label in ROWS)
    files |= {"data/labels.csv": table.encode(), "__MACOSX/data/._labels.csv": b"x"}
    samples = load_samples(make.write(tmp_path / "a.zip", make.zip(files)))
    assert _labels(samples) == {f"data/img/{file}": label for file, label in ROWS}
    assert [item.name for item in samples.left_out] == ["__MACOSX/data/._labels.csv"]


def test_accents_match_however_they_are_written(make: Any, tmp_path: Path) -> None:
    """A decomposed file name (macOS) is found by a composed one (the table)."""
    files = {f"e\u0301{i}.png": make.picture(i) for i in range(4)}
    table = "file,label" + "".join(f"\n\u00e9{file},{label}" for file, label in ROWS)
    samples = load_samples(make.folder(tmp_path / "a", {**files, "x.csv": table.encode()}))
    assert samples.n_samples == 4


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("id,url\n1,2", "has the columns 'id', 'url'; expected a file column (file, "),
        ("file,url\n1,2", "a label column (label, class, target, category)"),
        ("", "has the columns of an empty file"),
        (
            'file,label\n0.png,cat\n1.png,"dog\n2.png,cat',
            "cannot be read as a table at line 3: unexpected end",
        ),
        ("file,label\n", "has no class left"),
    ],
)
def test_a_table_that_cannot_be_used_is_named(make: Any, tmp_path: Path, table: str, said: str) -> None:
    """Missing columns and broken tables are errors that say what was found and expected."""
    with pytest.raises(SamplesError) as caught:
        _load(make, tmp_path, table)
    assert said in str(caught.value)


def test_two_tables_are_one_too_many(make: Any, tmp_path: Path) -> None:
    """Two candidates are both named."""
    files = {**make.classes(), "a.csv": b"file,label", "b.tsv": b"file\tlabel"}
    with pytest.raises(SamplesError, match=r"'a.csv' and 'b.tsv'; expected one"):
        load_samples(make.folder(tmp_path / "a", files))


def test_a_table_deeper_down_is_no_manifest(make: Any, tmp_path: Path) -> None:
    """A table inside a class folder labels nothing; it is no image."""
    files = {**make.classes(), "cat/notes.csv": b"id\n1"}
    samples = load_samples(make.folder(tmp_path / "a", files))
    assert samples.n_samples == 4
    assert samples.left_out[0].reason == "not an image (.csv)"
