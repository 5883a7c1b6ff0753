"""Layouts by the format of a table: spreadsheets, encodings, annotations, Parquet with pictures."""

from __future__ import annotations

import gzip
import io
import json

import openpyxl
import pyarrow as pa

from tests.data.layouts.layout import Layout, Read
from tests.data.layouts.made import beside, parquet, pictures, rows_of_text, sentences, table

__all__ = ["FORMATS"]

AB = {"a": 3, "b": 3}


def _workbook(**sheets: list[tuple[object, ...]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _sheet(first: int = 0) -> list[tuple[object, ...]]:
    return [("text", "label"), *rows_of_text(first=first)]


def _label_studio() -> bytes:
    tasks = [
        {
            "id": i,
            "data": {"text": text},
            "annotations": [
                {"result": [{"type": "choices", "from_name": "c", "value": {"choices": [label]}}]}
            ],
        }
        for i, (text, label) in enumerate(rows_of_text())
    ]
    return json.dumps(tasks).encode()


def _coco() -> bytes:
    return json.dumps(
        {
            "images": [{"id": i, "file_name": f"{i}.png"} for i in range(6)],
            "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
            "annotations": [
                {"id": i, "image_id": i, "category_id": 1 + i % 2, "bbox": [0, 0, 2, 2]} for i in range(6)
            ],
        }
    ).encode()


def _embedded() -> bytes:
    images = [{"bytes": data, "path": name} for name, data in pictures(f"{i}.png" for i in range(6)).items()]
    return parquet({"image": pa.array(images), "label": list("ababab")})


FORMATS = (
    Layout(
        "a spreadsheet of texts",
        lambda: {"t.xlsx": _workbook(Sheet1=_sheet())},
        Read("text", AB),
        place="t.xlsx",
    ),
    Layout(
        "a spreadsheet beside pictures",
        lambda: beside(
            _workbook(labels=[("file", "label"), *((f"{i}.png", "ab"[i % 2]) for i in range(6))]),
            "labels.xlsx",
        ),
        Read("image", AB, roles={"file": "file"}),
    ),
    Layout(
        "a spreadsheet for each part",
        lambda: {"train.xlsx": _workbook(a=_sheet()), "test.xlsx": _workbook(a=_sheet(50))},
        Read("text", AB, parts={"train": 6, "test": 6}),
    ),
    Layout(
        "a packed table of texts",
        lambda: {"t.csv.gz": gzip.compress(table("text label", rows_of_text()), mtime=0)},
        Read("text", AB),
        place="t.csv.gz",
    ),
    Layout(
        "texts and labels of Label Studio",
        lambda: {"project.json": _label_studio()},
        Read("text", AB),
        place="project.json",
    ),
    Layout(
        "COCO beside pictures",
        lambda: beside(_coco(), "annotations.json"),
        Read("image", {"cat": 3, "dog": 3}),
    ),
    Layout(
        "fastText in train.txt and test.txt",
        lambda: {
            f"{part}.txt": "\n".join(
                f"__label__{label} {text}" for text, label in rows_of_text(first=50 * k)
            ).encode()
            for k, part in enumerate(("train", "test"))
        },
        Read("text", AB, parts={"train": 6, "test": 6}),
    ),
    Layout("Parquet with pictures", lambda: {"t.parquet": _embedded()}, Read("image", AB), place="t.parquet"),
    Layout(
        "Parquet with pictures, a file for each part",
        lambda: {"train.parquet": _embedded(), "test.parquet": _embedded()},
        Read("image", AB, parts={"train": 6, "test": 6}),
    ),
    Layout(
        "Excel's line sep=; before the header",
        lambda: {"t.csv": b"sep=;\n" + table("text label", rows_of_text(), ";")},
        Read("text", AB),
        place="t.csv",
    ),
    Layout(
        "a table without a header",
        lambda: {"t.csv": table("text label", rows_of_text()).partition(b"\n")[2]},
        Read("text", AB),
        place="t.csv",
    ),
    Layout(
        "labels of -1",
        lambda: {"t.csv": table("text label", [(text, i % 3 - 1) for i, text in enumerate(sentences(9))])},
        Read("text", {"0": 3, "1": 3}, offers=({"unlabelled": "class"},)),
        place="t.csv",
    ),
)
