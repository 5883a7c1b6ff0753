"""The files of layouts, made in memory."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import soundfile
from PIL import Image

__all__ = [
    "beside",
    "clips",
    "objects",
    "parquet",
    "pictures",
    "rows_of_text",
    "sentences",
    "table",
    "texts",
    "under",
]

WORDS = ("stone", "paper", "river", "market", "window", "garden", "winter", "signal", "engine", "lamp")


def pictures(names: Iterable[str]) -> dict[str, bytes]:
    """A small different picture under each name."""
    files = {}
    for seed, name in enumerate(names):
        pixels = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG")
        files[name] = buffer.getvalue()
    return files


def clips(names: Iterable[str]) -> dict[str, bytes]:
    """A short different recording under each name."""
    files = {}
    for seed, name in enumerate(names):
        buffer = io.BytesIO()
        soundfile.write(buffer, 0.5 * np.sin(np.arange(800) * (0.05 + 0.01 * seed)), 8000, format="WAV")
        files[name] = buffer.getvalue()
    return files


def sentences(n: int, first: int = 0) -> list[str]:
    """Different sentences."""
    rng = np.random.default_rng(first)
    return [f"{' '.join(rng.choice(WORDS, 8))} {first + i}." for i in range(n)]


def texts(names: Iterable[str]) -> dict[str, bytes]:
    """A different text under each name."""
    listed = list(names)
    return {name: text.encode() for name, text in zip(listed, sentences(len(listed)), strict=True)}


def under(folders: Iterable[str], n: int = 3, suffix: str = "png") -> list[str]:
    """Names of some files in each of these folders, different everywhere."""
    count = itertools.count()
    return [f"{folder}/{next(count)}.{suffix}" for folder in folders for _ in range(n)]


def table(header: str, rows: Iterable[Sequence[Any]], mark: str = ",") -> bytes:
    """A table with this header, its names separated by blanks."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=mark, lineterminator="\n").writerows([header.split(), *rows])
    return buffer.getvalue().encode()


def objects(header: str, rows: Iterable[Sequence[Any]]) -> bytes:
    """The same as an object of JSON on each line."""
    lines = [json.dumps(dict(zip(header.split(), row, strict=True))) for row in rows]
    return "\n".join(lines).encode()


def parquet(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """The same as Parquet."""
    buffer = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), buffer)
    return buffer.getvalue()


def rows_of_text(n: int = 6, first: int = 0, labels: str = "ab") -> list[tuple[str, str]]:
    """Sentences with a class each."""
    return [(text, labels[i % len(labels)]) for i, text in enumerate(sentences(n, first))]


def beside(
    data: bytes, name: str = "labels.csv", files: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """A table beside files, by default six pictures."""
    return {**(pictures(f"{i}.png" for i in range(6)) if files is None else files), name: data}
