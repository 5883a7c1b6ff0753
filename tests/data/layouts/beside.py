"""Layouts of tables beside the files that they label."""

from __future__ import annotations

from collections.abc import Mapping

from ptmrank_core.records import Reading
from tests.data.layouts.layout import Asked, Layout, Read, Refused
from tests.data.layouts.made import (
    beside,
    clips,
    objects,
    parquet,
    pictures,
    rows_of_text,
    table,
    texts,
    under,
)

__all__ = ["BESIDE"]

RED_GREEN = {"green": 3, "red": 3}
FILES = [f"{i}.png" for i in range(6)]
LABELS = ["red", "green"] * 3
ROWS = [*zip(FILES, LABELS, strict=True)]


def _two_parts(write: str) -> Mapping[str, bytes]:
    """Pictures of the same names in two parts, each with its own table."""
    files = pictures(f"{part}/{name}" for part in ("train", "test") for name in FILES)
    rows = {
        "train": ROWS,
        "test": [(name, label) for name, label in zip(FILES, reversed(LABELS), strict=True)],
    }
    for part, own in rows.items():
        names, labels = zip(*own, strict=True)
        files[f"{part}/metadata.{write}"] = {
            "csv": table("file_name label", own),
            "tsv": table("file_name label", own, "\t"),
            "jsonl": objects("file_name label", own),
            "parquet": parquet({"file_name": names, "label": labels}),
        }[write]
    return files


def _part_tables() -> list[Layout]:
    """ImageFolder with a table in each part, in each format."""
    return [
        Layout(
            f"ImageFolder: metadata.{kind} in each part",
            lambda kind=kind: _two_parts(kind),  # type: ignore[misc]
            Read(
                "image",
                RED_GREEN,
                parts={"train": 6, "test": 6},
                roles={"file": "file_name", "label": ["label"]},
                left_out={"test/0.png": "part 'test' was not taken"},
            ),
        )
        for kind in ("csv", "tsv", "jsonl", "parquet")
    ]


TEXTS = [f"{i}.txt" for i in range(6)]
BESIDE = (
    Layout("labels.csv beside pictures", lambda: beside(table("file label", ROWS)), Read("image", RED_GREEN)),
    Layout("labels.csv with tabs", lambda: beside(table("file label", ROWS, "\t")), Read("image", RED_GREEN)),
    *(
        Layout(
            f"texts beside a labels.csv with {mark!r} and a column {column}",
            lambda mark=mark, column=column: beside(  # type: ignore[misc]
                table(f"{column} label", zip(TEXTS, LABELS, strict=True), mark), files=texts(TEXTS)
            ),
            Read("text", RED_GREEN, roles={"file": column, "text": []}),
        )
        for mark, column in (("\t", "filepath"), ("|", "fname"), (";", "document"), (",", "story"))
    ),
    Layout(
        "texts beside a table of their ids",
        lambda: beside(
            table("id grade", [(i, "AB"[i % 2]) for i in range(6)]), files=texts(f"essays/{n}" for n in TEXTS)
        ),
        Read("text", {"A": 3, "B": 3}),
    ),
    *_part_tables(),
    Layout(
        "ImageFolder: metadata.parquet at the top, files in parts",
        lambda: beside(
            parquet(
                {
                    "file_name": under(["train", "test"]),
                    "label": ["red", "green", "red", "green", "red", "green"],
                }
            ),
            "metadata.parquet",
            pictures(under(["train", "test"])),
        ),
        Refused("only one class left"),  # two of a colour in train, one of the other
    ),
    Layout(
        "ImageFolder: metadata.csv at the top, files in parts",
        lambda: beside(
            table("file_name label", zip(under(["train", "test"], 6), LABELS * 2, strict=True)),
            "metadata.csv",
            pictures(under(["train", "test"], 6)),
        ),
        Read("image", RED_GREEN, parts={"train": 6, "test": 6}),
    ),
    Layout(
        "AudioFolder: a metadata.csv in each folder of recordings",
        lambda: {
            **clips(under(["day1", "day2"], 4, "wav")),
            "day1/metadata.csv": table("file_name label", [(f"{i}.wav", "ab"[i % 2]) for i in range(4)]),
            "day2/metadata.csv": table("file_name label", [(f"{i}.wav", "ab"[i % 2]) for i in range(4, 8)]),
        },
        Read("audio", {"a": 4, "b": 4}, says=("2 tables are read: day1/metadata.csv, day2/metadata.csv.",)),
    ),
    Layout(
        "metadata.csv without labels beside class folders",
        lambda: {
            **pictures(under(["cat", "dog"], 4)),
            "metadata.csv": table(
                "file_name patient", [(f"{'cat' if i < 4 else 'dog'}/{i}.png", f"p{i % 3}") for i in range(8)]
            ),
        },
        Read(
            "image",
            {"cat": 4, "dog": 4},
            n_groups=3,
            roles={"group": "patient"},
            says=("read from the folders",),
        ),
    ),
    Layout(
        "captions alone beside pictures",
        lambda: beside(
            table("file_name text", [(name, f"a picture {i}") for i, name in enumerate(FILES)]),
            "metadata.csv",
        ),
        Refused("No column of 'metadata.csv' is recognised as the label"),
    ),
    Layout(
        "paths of another machine",
        lambda: beside(
            table("file label", [(f"/content/drive/MyDrive/data/{name}", label) for name, label in ROWS])
        ),
        Read("image", RED_GREEN),
    ),
    Layout(
        "paths of a Windows machine, in folders",
        lambda: beside(
            table("file label", [(f"C:\\Users\\me\\pictures\\{name}", label) for name, label in ROWS]),
            files=pictures(f"all/{name}" for name in FILES),
        ),
        Read("image", RED_GREEN),
    ),
    Layout(
        "names in another case",
        lambda: beside(table("file label", [(name.upper(), label) for name, label in ROWS])),
        Read("image", RED_GREEN),
    ),
    Layout(
        "paths whose ends fit several files",
        lambda: beside(
            table("file label", [*[(f"a/{n}", lab) for n, lab in ROWS], ("/other/0.png", "red")]),
            files=pictures(f"{folder}/{name}" for folder in ("a", "b") for name in FILES),
        ),
        Read(
            "image", RED_GREEN, left_out={"labels.csv:8": "several such files: line 8 names '/other/0.png'"}
        ),
    ),
    Layout(
        "names of pictures that are not there",
        lambda: beside(table("file label", [(f"x{name}", label) for name, label in ROWS])),
        Refused("6 x no such file"),
    ),
    Layout(
        "names of texts that are not there",
        lambda: beside(
            table("file label", [(f"x{name}", label) for name, label in ROWS]),
            files=texts(["a.txt", "b.txt"]),
        ),
        Refused("6 x no such file"),
    ),
    Layout(
        "a column of files with a name of its own, named",
        lambda: beside(
            table("scan photo label", [(f"s{i}", name, label) for i, (name, label) in enumerate(ROWS)])
        ),
        Read("image", RED_GREEN, roles={"file": "photo"}),
        Reading(file_column="photo"),
    ),
    Layout(
        "a column of files that is not there",
        lambda: beside(table("file label", ROWS)),
        Refused("Unknown column 'scan'"),
        Reading(file_column="scan"),
    ),
    Layout(
        "a number and a name of each class",
        lambda: beside(
            table("file label label_name", [(name, LABELS.index(label), label) for name, label in ROWS])
        ),
        Read(
            "image",
            RED_GREEN,
            roles={"label": ["label_name"]},
            says=("The classes are named by 'label_name'",),
        ),
    ),
    Layout(
        "two columns that could be labels",
        lambda: beside(
            table("file class category", [(name, lab, "xy"[i // 3]) for i, (name, lab) in enumerate(ROWS)])
        ),
        Asked(
            "Several columns of 'labels.csv' may hold the label",
            [{"label_columns": (c,)} for c in ("class", "category")],
        ),
    ),
    Layout(
        "a column is_valid",
        lambda: beside(
            table("file label is_valid", [(name, label, i > 3) for i, (name, label) in enumerate(ROWS)])
        ),
        Read("image", RED_GREEN, parts={"train": 4, "validation": 2}),
    ),
    Layout(
        "a column split, the test part asked for",
        lambda: beside(
            table(
                "file label split",
                [(name, label, "train" if i < 2 else "test") for i, (name, label) in enumerate(ROWS)],
            )
        ),
        Read(
            "image",
            {"green": 2, "red": 2},
            parts={"train": 2, "test": 4},
            roles={"ignored": {"split": "says which part a row belongs to"}},
        ),
        Reading(parts=("test",)),
    ),
    Layout(
        "train.csv, val.csv and test.csv about one folder",
        lambda: {
            **pictures(f"images/{i}.png" for i in range(12)),
            **{
                f"{part}.csv": table("image_id label", [(i, "ab"[i % 2]) for i in range(4 * k, 4 * k + 4)])
                for k, part in enumerate(("train", "val", "test"))
            },
        },
        Read("image", {"a": 4, "b": 4}, parts={"train": 4, "validation": 4, "test": 4}),
    ),
    Layout(
        "two tables about the same pictures",
        lambda: {
            **beside(table("file label", ROWS), "a.csv"),
            "b.csv": table("file label", [(n, "xy"[i // 3]) for i, n in enumerate(FILES)]),
        },
        Asked(
            "Several tables could hold the labels: 'a.csv' and 'b.csv'",
            [{"parts": ("a",)}, {"parts": ("b",)}],
        ),
    ),
    Layout(
        "two tables about different pictures",
        lambda: {
            **beside(table("file label", ROWS[:3]), "first.csv"),
            "second.csv": table("file label", ROWS[3:]),
        },
        Read("image", RED_GREEN, says=("2 tables are read: first.csv, second.csv.",)),
    ),
    Layout(
        "statistics beside class folders",
        lambda: {
            **pictures(under(["cat", "dog"])),
            "statistics.csv": table("colour mean", [("r", 0.5), ("g", 0.6)]),
        },
        Read("image", {"cat": 3, "dog": 3}, left_out={"statistics.csv": "names none of the files"}),
    ),
    Layout(
        "labels that differ from the folders, which is said",
        lambda: {
            **pictures(under(["day", "night"])),
            "labels.csv": table("file label", zip(under(["day", "night"]), LABELS, strict=True)),
        },
        Read("image", RED_GREEN, says=("read from labels.csv, not from the folders",)),
    ),
    Layout(
        "table and number: a file and what is to be predicted",
        lambda: beside(table("Id Pawpularity", [(i, i * 1.5) for i in range(6)]), "train.csv"),
        Read("image", {}, "regression", parts={"train": 6}, roles={"label": ["Pawpularity"]}),
    ),
    Layout(
        "a table that labels the files of one class folder only",
        lambda: {
            **pictures(under(["cat", "dog"])),
            "cat/notes.csv": table("file label", [("0.png", "x"), ("1.png", "y"), ("2.png", "x")]),
        },
        Read("image", {"cat": 3, "dog": 3}, left_out={"cat/notes.csv": "labels only some of the files"}),
    ),
    Layout(
        "a logo beside a table of texts",
        lambda: {**pictures(["logo.png"]), "t.csv": table("text label", rows_of_text())},
        Read("text", {"a": 3, "b": 3}, left_out={"logo.png": "beside a table of samples"}),
    ),
)
