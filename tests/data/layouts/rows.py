"""Layouts of tables whose rows are the samples."""

from __future__ import annotations

from ptmrank_core.records import Reading
from tests.data.layouts.layout import Asked, Layout, Read, Refused
from tests.data.layouts.made import objects, parquet, rows_of_text, sentences, table

__all__ = ["ROWS"]

AB = {"a": 3, "b": 3}


def _csv(first: int = 0, header: str = "text label") -> bytes:
    return table(header, rows_of_text(first=first))


def _parquet(first: int) -> bytes:
    texts, labels = zip(*rows_of_text(first=first), strict=True)
    return parquet({"text": texts, "label": labels})


def _conll(first: int) -> bytes:
    lines = [f"{word} {'NOUN' if i % 2 else 'VERB'}" for i, word in enumerate(sentences(1, first)[0].split())]
    return "\n".join(lines).encode()


def _numbers() -> bytes:
    return table(
        "width height fold class", [(i * 0.37, (i % 5) * 1.25, i % 3, "ab"[i % 2]) for i in range(12)]
    )


ROWS = (
    Layout("one table", lambda: {"t.csv": _csv()}, Read("text", AB)),
    Layout(
        "train.csv and test.csv",
        lambda: {"train.csv": _csv(), "test.csv": _csv(50)},
        Read(
            "text",
            AB,
            parts={"train": 6, "test": 6},
            left_out={"test.csv": "part 'test' was not taken: 6 rows"},
        ),
    ),
    Layout(
        "train.csv and test.csv, all of them",
        lambda: {"train.csv": _csv(), "test.csv": _csv(50)},
        Read("text", {"a": 6, "b": 6}, parts={"train": 6, "test": 6}),
        Reading(parts=("all",)),
    ),
    Layout(
        "train, valid and test as JSON lines",
        lambda: {
            f"{p}.jsonl": objects("text label", rows_of_text(first=50 * i))
            for i, p in enumerate(("train", "valid", "test"))
        },
        Read("text", {"a": 6, "b": 6}, parts={"train": 6, "validation": 6, "test": 6}),
    ),
    Layout(
        "a test.csv without labels, and a sample submission",
        lambda: {
            "train.csv": _csv(),
            "test.csv": table("text", [(text,) for text in sentences(4, 60)]),
            "sample_submission.csv": table("id label", [(i, "a") for i in range(4)]),
        },
        Read(
            "text",
            AB,
            parts={"train": 6},
            left_out={"test.csv": "no label", "sample_submission.csv": "an example of a submission"},
        ),
    ),
    Layout(
        "tables in folders of parts",
        lambda: {"train/data.csv": _csv(), "test/data.csv": _csv(50)},
        Read("text", AB, parts={"train": 6, "test": 6}),
    ),
    Layout(
        "Parquet shards",
        lambda: {f"data/train-0000{i}-of-00002.parquet": _parquet(50 * i) for i in range(2)},
        Read("text", {"a": 6, "b": 6}, parts={"train": 12}),
    ),
    Layout(
        "Parquet shards of two parts",
        lambda: {
            f"data/{p}-0000{i}-of-00002.parquet": _parquet(50 * i + k)
            for k, p in ((0, "train"), (200, "test"))
            for i in range(2)
        },
        Read("text", {"a": 6, "b": 6}, parts={"train": 12, "test": 12}),
    ),
    Layout(
        "two tables of different columns",
        lambda: {"reviews.csv": _csv(), "tweets.csv": _csv(50, "tweet sentiment")},
        Asked("2 tables could hold the samples", [{"parts": ("reviews",)}, {"parts": ("tweets",)}]),
    ),
    Layout(
        "two tables of the same columns",
        lambda: {"may.csv": _csv(), "june.csv": _csv(50)},
        Asked(
            "2 tables could hold the samples",
            [{"parts": ("june",)}, {"parts": ("may",)}, {"parts": ("all",)}],
        ),
    ),
    Layout(
        "one of two tables, named",
        lambda: {"may.csv": _csv(), "june.csv": _csv(50)},
        Read("text", AB, left_out={"may.csv": "beside the tables"}),
        Reading(parts=("june",)),
    ),
    Layout(
        "a table beside one that holds no samples",
        lambda: {
            "data.csv": _csv(),
            "columns.csv": table("name meaning", [("text", "a sentence"), ("label", "its class")]),
        },
        Read("text", AB, says=("the only one of 2 tables that holds any",)),
    ),
    Layout(
        "a column split",
        lambda: {
            "t.csv": table(
                "text label split",
                [(*row, "train" if i < 4 else "test") for i, row in enumerate(rows_of_text())],
            )
        },
        Read(
            "text",
            {"a": 2, "b": 2},
            parts={"train": 4, "test": 2},
            left_out={"t.csv:6 and 1 more rows": "part 'test' was not"},
        ),
    ),
    Layout(
        "a column set of another part, asked for",
        lambda: {
            "t.csv": table(
                "text label set",
                [(*row, "train" if i < 2 else "dev") for i, row in enumerate(rows_of_text())],
            )
        },
        Read("text", {"a": 2, "b": 2}, parts={"train": 2, "validation": 4}),
        Reading(parts=("dev",)),
    ),
    Layout(
        "rows of numbers with a column fold",
        lambda: {"t.csv": _numbers()},
        Read("tabular", {"a": 6, "b": 6}, parts={"fold0": 4, "fold1": 4, "fold2": 4}),
        place="t.csv",
    ),
    Layout(
        "FER2013: a column Usage",
        lambda: {
            "t.csv": table(
                "text label Usage",
                [(*row, ["Training", "PublicTest"][i > 3]) for i, row in enumerate(rows_of_text())],
            )
        },
        Read("text", {"a": 2, "b": 2}, parts={"train": 4, "test": 2}),
    ),
    Layout(
        "words with tags in train.txt and test.txt",
        lambda: {"train.txt": _conll(0), "test.txt": _conll(1)},
        Read("text", {"NOUN": 4, "VERB": 5}, parts={"train": 9, "test": 9}),
    ),
    Layout(
        "a table of names of files that are not there",
        lambda: {"labels.csv": table("file label", [(f"{i}.png", "ab"[i % 2]) for i in range(6)])},
        Refused("names files that are not"),
        place="labels.csv",
    ),
)
