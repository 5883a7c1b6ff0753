"""Labels from a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.data import load_samples, preview
from ptmrank_core.data.tables.column_names import FILE_NAMES, GROUP_NAMES, LABEL_NAMES
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


def test_another_encoding_is_read_and_said(make: Any, tmp_path: Path) -> None:
    """A table that is not UTF-8 is read in its encoding, and the notes say so."""
    table = ("file,label" + GOOD.replace("dog", "chiffré")).encode("latin-1")
    samples = _load(make, tmp_path, table)
    assert samples.class_names == ("cat", "chiffré")
    (note,) = samples.notes
    assert note.startswith("labels.csv is not UTF-8 and was read as Windows-1252 (cp1252); if letters are ")


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
        ("key,url\n91,92", "has the columns 'key', 'url'; expected a file column (file, "),
        ("key,url\n91,92", "and a label column (label, labels, class, "),
        ("file,url\n1,2", "No column of 'labels.csv' is recognised as the label; it has 'file', 'url'"),
        ("file,class,label\n1,2,3", "Several columns of 'labels.csv' may hold the label: 'class', 'label'"),
        ("", "'labels.csv' holds no row that can be read"),
        (
            'file,label\n0.png,cat\n1.png,"dog\n2.png,cat',
            "Left out: 2 x not in the manifest labels.csv, 1 x a quotation mark that is not closed",
        ),
        ("file,label\n", "'labels.csv' holds no row that can be read"),
        ("file,label\n9.png,a\n8.png,b", "has no class left"),
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


def test_a_table_without_labels_deeper_down_is_no_manifest(make: Any, tmp_path: Path) -> None:
    """A table inside a class folder that names files and has neither labels nor groups decides nothing."""
    files = {**make.classes(), "cat/notes.csv": b"id\n1"}
    samples = load_samples(make.folder(tmp_path / "a", files))
    assert samples.n_samples == 4
    assert samples.left_out[0].reason == "has no column of labels or groups"


TEXTS = {f"{i}.txt": f"The text number {i}.".encode() for i in range(4)}
TEXT_LABELS = dict(zip(TEXTS, ("b", "a", "b", "a"), strict=True))
# Kind of table -> its file name, where another suffix than the kind's is meant.
FORMATS = {"csv": "labels.csv", "tsv": "labels.tsv", "scsv": "labels.csv", "psv": "labels.csv"}
FORMATS |= {"tabs in a csv": "labels.csv", "jsonl": "labels.jsonl", "json": "labels.json"}
FORMATS |= {"ndjson": "labels.ndjson", "parquet": "labels.parquet"}
WRITERS = {"tabs in a csv": "tsv", "ndjson": "jsonl"}


def _with_texts(
    make: Any, tables: Any, folder: Path, columns: dict[str, list[str]], kind: str = "csv"
) -> Path:
    """Write four texts and a table beside them."""
    table = tables.write(WRITERS.get(kind, kind), columns)
    return make.folder(folder, {**TEXTS, FORMATS[kind]: table})


def _check_texts(samples: Samples) -> None:
    """The samples are the four texts, not the rows of the table."""
    assert samples.names == tuple(TEXTS)
    assert [item.decode() for item in samples.items] == [text.decode() for text in TEXTS.values()]
    assert _labels(samples) == TEXT_LABELS
    assert samples.left_out == ()


@pytest.mark.parametrize("kind", FORMATS)
def test_texts_beside_a_table_are_read_as_texts(make: Any, tables: Any, tmp_path: Path, kind: str) -> None:
    """In every format of the table, and with every usual name of the file column, texts are the samples."""
    # Each Parquet file is first read by a process of its own.
    for name in FILE_NAMES[:2] if kind == "parquet" else FILE_NAMES:
        columns = {name: list(TEXTS), "label": list(TEXT_LABELS.values())}
        _check_texts(load_samples(_with_texts(make, tables, tmp_path / name, columns, kind)))


@pytest.mark.parametrize("name", ["File Name", "file-name", "FILEPATH", "Document_ID"])
def test_the_spelling_of_a_column_does_not_matter(make: Any, tables: Any, tmp_path: Path, name: str) -> None:
    """Case, blanks, hyphens and underscores are ignored."""
    columns = {name: list(TEXTS), "Gold-Label": list(TEXT_LABELS.values())}
    _check_texts(load_samples(_with_texts(make, tables, tmp_path, columns)))


@pytest.mark.parametrize("name", [name for tier in LABEL_NAMES for name in tier])
def test_a_manifest_knows_the_labels_of_tables(make: Any, tables: Any, tmp_path: Path, name: str) -> None:
    """A name that means the label in a table of samples means it in a table of files."""
    columns = {"file": list(TEXTS), name: list(TEXT_LABELS.values())}
    samples = load_samples(_with_texts(make, tables, tmp_path, columns))
    _check_texts(samples)
    note = f"The labels are read from column {name!r} of labels.csv."
    assert samples.notes == (() if name in LABEL_NAMES[0] else (note,))


@pytest.mark.parametrize("name", GROUP_NAMES)
def test_a_manifest_knows_the_groups_of_tables(make: Any, tables: Any, tmp_path: Path, name: str) -> None:
    """A name that means the group in a table of samples means it in a table of files."""
    columns = {"path": list(TEXTS), name: ["u", "u", "v", "v"], "label": list(TEXT_LABELS.values())}
    assert load_samples(_with_texts(make, tables, tmp_path, columns)).groups == ("u", "u", "v", "v")


def test_a_column_of_files_is_recognised_by_what_it_holds(make: Any, tables: Any, tmp_path: Path) -> None:
    """A file column of any other name is found by its cells, and a note says so."""
    columns = {"story": list(TEXTS), "label": list(TEXT_LABELS.values())}
    samples = load_samples(_with_texts(make, tables, tmp_path, columns))
    _check_texts(samples)
    assert samples.notes == ("The names of the files are read from column 'story' of labels.csv.",)


def test_of_several_file_columns_the_one_that_names_files_counts(
    make: Any, tables: Any, tmp_path: Path
) -> None:
    """A column called 'file' or 'name' that holds something else is passed over."""
    columns = {"file": ["x"] * 4, "name": ["Ann", "Bob", "Cid", "Dot"], "document": list(TEXTS)}
    columns["label"] = list(TEXT_LABELS.values())
    _check_texts(load_samples(_with_texts(make, tables, tmp_path, columns)))


def test_the_names_of_files_are_no_numbers(make: Any, tmp_path: Path) -> None:
    """Files named 1.10 and 1.1 are two files, though they are one number."""
    names = ["1.10", "1.1", "2.0", "2"]
    files = {name: make.picture(i) for i, name in enumerate(names)}
    table = "file,label" + "".join(f"\n{name},{'ab'[i % 2]}" for i, name in enumerate(names))
    samples = load_samples(make.folder(tmp_path / "a", {**files, "labels.csv": table.encode()}))
    assert _labels(samples) == {"1.10": "a", "1.1": "b", "2.0": "a", "2": "b"}


def test_of_several_tables_the_one_that_lists_the_files_counts(
    make: Any, tables: Any, tmp_path: Path
) -> None:
    """Tables of something else beside the files do not stand in the way."""
    columns = {"file": list(TEXTS), "label": list(TEXT_LABELS.values())}
    source = _with_texts(make, tables, tmp_path, columns, "jsonl")
    make.folder(source, {"statistics.csv": b"count\n4\n", "info.json": b'{"version": 1}'})
    samples = load_samples(source)
    assert _labels(samples) == TEXT_LABELS
    assert [entry.name for entry in samples.left_out] == ["info.json", "statistics.csv"]


def test_a_table_without_files_beside_folders_is_no_manifest(make: Any, tmp_path: Path) -> None:
    """A .json file of something else beside the class folders leaves the classes as they are."""
    files = {**make.classes(), "info.json": b'[{"version": "1"}]'}
    samples = load_samples(make.folder(tmp_path / "a", files))
    assert samples.class_names == ("cat", "dog")


@pytest.mark.parametrize("kind", FORMATS)
def test_the_preview_of_a_manifest_tells_its_columns(
    make: Any, tables: Any, tmp_path: Path, kind: str
) -> None:
    """The description of the table agrees with what loading it does."""
    columns = {"fname": list(TEXTS), "note": ["n"] * 4, "label": list(TEXT_LABELS.values())}
    found = preview(_with_texts(make, tables, tmp_path, columns, kind))
    assert (found.layout, found.modality) == ("manifest", "text")
    assert found.table is not None
    assert (found.table.guesses, found.table.problem) == (("file", "", "label"), "")
