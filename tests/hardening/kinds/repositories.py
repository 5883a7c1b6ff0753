"""Folders of data sets: what the library datasets saves and publishes, tables and lists beside files."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from tests.hardening import junk
from tests.hardening.inputs import Call, Kind
from tests.hardening.kinds.delimited import write_table
from tests.hardening.kinds.pictures import picture, place_samples
from tests.hardening.kinds.rows import Rows, make_rows, reading_options, sentence
from tests.hardening.mutate import mutate, mutate_json

__all__ = ["KINDS"]

CLASSES = {
    "label": {"names": ["cat", "dog"], "_type": "ClassLabel"},
    "text": {"dtype": "string", "_type": "Value"},
}
STATE = {
    "_data_files": [{"filename": "data-00000-of-00001.arrow"}],
    "_fingerprint": "0",
    "_format_columns": None,
    "_split": "train",
}
YAML_VALUES = (
    "null", "~", "[]", "{}", "yes", "1", "1.5", "x: [", "- a\n- b", "&a [*a]",
    "!!python/object/apply:os.getcwd []", "'", "\t",
    "data/*.parquet", "../*.parquet", "/etc/*", "**", "[" * 400, "data/train-*", "{a: 1, a: 2}",
    "2020-01-01", "0x10", "data/[",
)  # fmt: skip


def _table(rng: random.Random, n: int = 12) -> pa.Table:
    labels = [i % 2 if rng.random() < 0.95 else rng.choice([-1, 7, None]) for i in range(n)]
    return pa.table(
        {"text": [f"{sentence(rng)} {i}" for i in range(n)], "label": pa.array(labels, pa.int64())}
    )


def _arrow(rng: random.Random) -> bytes:
    sink = pa.BufferOutputStream()
    table = _table(rng)
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def _parquet(rng: random.Random) -> bytes:
    sink = pa.BufferOutputStream()
    pa.parquet.write_table(_table(rng), sink)
    return sink.getvalue().to_pybytes()


def _told(value: Any, rng: random.Random) -> bytes:
    value = mutate_json(value, rng) if rng.random() < 0.6 else value
    return junk.compose_json(value, rng) if rng.random() < 0.3 else junk.encode(json.dumps(value))


def _saved(rng: random.Random, folder: Path) -> Call:
    """Write what ``save_to_disk`` writes, some of its descriptions changed."""
    parts = rng.choice([[""], ["train/"], ["train/", "test/"], ["a/", "b/"]])
    files: dict[str, bytes] = {}
    for part in parts:
        files[f"data/{part}state.json"] = _told(STATE, rng)
        files[f"data/{part}dataset_info.json"] = _told({"features": CLASSES, "description": ""}, rng)
        data = _arrow(rng)
        files[f"data/{part}data-00000-of-00001.arrow"] = mutate(data, rng) if rng.random() < 0.2 else data
    if len(parts) > 1 or rng.random() < 0.2:
        files["data/dataset_dict.json"] = _told({"splits": [part.rstrip("/") for part in parts]}, rng)
    return _given(files, rng, folder)


def _published(rng: random.Random, folder: Path) -> Call:
    """Write a repository with a card, of which values of the front matter are changed."""

    def value(usual: str) -> str:
        return usual if rng.random() < 0.8 else rng.choice([*YAML_VALUES, junk.text(rng)])

    names = rng.choice([["default"], ["en", "de"], [value("en")]])
    lines = ["---", f"license: {value('mit')}", "configs:"]
    for name in names:
        lines += [
            f"- config_name: {name}",
            "  data_files:",
            f"  - split: {value('train')}",
            f"    path: {value('data/train-*')}",
        ]
        if rng.random() < 0.4:
            lines += [f"  - split: {value('test')}", f"    path: {value('data/test-*')}"]
    lines += ["dataset_info:", "  features:", "  - name: label", "    dtype:", "      class_label:",
        "        names:",
              f"          '0': {value('cat')}", f"          '1': {value('dog')}", rng.choice(["---", "---",
              "---", ""]), junk.text(rng)]  # fmt: skip
    files = {"data/README.md": junk.encode("\n".join(lines))}
    if rng.random() < 0.25:
        files["data/README.md"] = mutate(files["data/README.md"], rng)
    for part in ("train", "test"):
        form = rng.choice(["parquet", "parquet", "csv", "jsonl"])
        name = rng.choice(
            [f"data/data/{part}-00000-of-00001.{form}"] * 5
            + [f"data/data/{part}-00000-of-00002.{form}", f"data/default/{part}/0000.{form}"]
        )
        files[name] = _parquet(rng) if form == "parquet" else write_table(make_rows(rng), rng)
    return _given(files, rng, folder)


def _beside(rng: random.Random, folder: Path) -> Call:
    """Write pictures with a table, or lists, beside them that name them well or not."""
    names = [f"images/{i}.png" for i in range(rng.choice([2, 8, 8]))]
    files = {f"data/{name}": picture(rng) for name in names}
    cells = [
        [rng.choice([name, name, Path(name).name, junk.name(rng)]), ("cat", "dog")[i % 2]]
        for i, name in enumerate(names)
    ]
    cells += [
        [rng.choice(["gone.png", "../../x.png", "/etc/passwd", junk.text(rng)]), "cat"]
        for _ in range(rng.choice([0, 1, 3]))
    ]
    columns = [
        rng.choice(["file_name", "image", "path", junk.text(rng)]),
        rng.choice(["label", "class", junk.text(rng)]),
    ]
    table = write_table(Rows(columns, cells), rng)
    label_of = {str(cell[0]): cell[1] for cell in cells}
    written = [("metadata.csv", table), ("labels.csv", table), ("train.csv", table), ("labels.json",
        _told(label_of, rng)),
               ("metadata.jsonl", b"\n".join(_told(dict(zip(columns, map(str, cell), strict=True)),
               rng) for cell in cells)),
               ("annotations.json", _told({"images": [{"id": 1, "file_name": names[0]}],
               "categories": [{"id": 1, "name": "cat"}],
                                           "annotations": [{"image_id": 1, "category_id": 1, "bbox": [0, 0,
                                           1, 1]}]}, rng)),
               ("list.txt", junk.encode("\n".join(" ".join(map(str, cell)) for cell in cells)))]  # fmt: skip
    for name, data in rng.sample(written, rng.choice([1, 1, 2])):
        files[f"data/{rng.choice(['', '', 'images/'])}{name}"] = (
            mutate(data, rng) if rng.random() < 0.25 else data
        )
    return _given(files, rng, folder)


def _folders(rng: random.Random, folder: Path) -> Call:
    """Write files in folders whose names are odd, with links among them."""
    pool = ["cat", "dog", "train", "test", "val", "unlabeled", "fold1", "p1", "2023-01-11", "masks", "é",
        " ", "images_001", "cat\u202e",
            "a\x1b[2J", "\udce9", "-x", ".hidden", "CAT", "x" * 200]  # fmt: skip
    files = {}
    for i in range(rng.choice([0, 3, 12, 12])):
        segments = [rng.choice(pool) for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))]
        suffix, data = rng.choice(
            [(".png", picture(rng)), (".png", picture(rng)), (".txt", sentence(rng).encode()), ("", b"x")]
        )
        files[
            "/".join(["data", *segments, f"{rng.choice(['', '', 'a_', chr(27), chr(0xDCFF)])}{i}{suffix}"])
        ] = data
    (folder / "data").mkdir()
    place_samples(folder, files)
    if rng.random() < 0.2:
        (folder / "data" / "link").symlink_to(rng.choice(["..", "/etc", "nowhere", ".", "/dev/zero"]))
    call = Call(("samples", "data", *reading_options(rng), *rng.choice([("--json",), ()])))
    return call if rng.random() < 0.9 else Call(("data",), "preview")


def _given(files: dict[str, bytes], rng: random.Random, folder: Path) -> Call:
    place_samples(folder, files)
    place = rng.choice(["data"] * 8 + ["data:en", "data:x", "data:\x1b"])
    if rng.random() < 0.1:
        return Call(("data",), "preview")
    return Call(("samples", place, *reading_options(rng), *rng.choice([("--json",), ()])))


KINDS = (
    Kind("saved-dataset", _saved),
    Kind("repository", _published, 1.5),
    Kind("files-and-table", _beside, 1.5),
    Kind("folders", _folders),
)
