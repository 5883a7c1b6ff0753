"""Rows of samples as every grammar of tables makes them: mostly sane, with a few awkward cells."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from tests.hardening import junk

__all__ = ["Rows", "make_rows", "reading_options"]

WORDS = [
    "the",
    "a",
    "cat",
    "dog",
    "sat",
    "on",
    "mat",
    "red",
    "blue",
    "house",
    "ran",
    "fast",
    "slow",
    "bank",
    "rate",
    "goal",
    "match",
    "song",
    "band",
    "plays",
    "rises",
]
HEADERS = (
    "text",
    "label",
    "class",
    "id",
    "split",
    "group",
    "target",
    "x1",
    "x2",
    "value",
    "file",
    "image",
    "sentence1",
)
OPTIONS: tuple[tuple[str, ...], ...] = (
    ("--modality", "text"), ("--modality", "tabular"), ("--target", "regression"), ("--target", "multilabel"),
    ("--target", "classification"), ("--text-column", "text"), ("--label-column", "label"),
    ("--label-column", "nothing"),
    ("--group-column", "id"), ("--groups", ""), ("--max-samples", "5"), ("--split", "train"), ("--split",
    "all"),
    ("--columns-as-is",), ("--encoding", "cp1251"), ("--encoding", "utf-16"), ("--encoding", "x"),
    ("--decimal", "comma"),
    ("--header",), ("--no-header",), ("--sheet", "a"), ("--join-classes",), ("--unlabelled", "class"),
    ("--class-folders", "outer"), ("--file-column", "file"), ("--ignore-column", "id"), ("--group-in-names",
    "1"),
)  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """A table: names of its columns, and as many cells in each row."""

    columns: list[str]
    cells: list[list[Any]]


def sentence(rng: random.Random) -> str:
    """Return a few words."""
    return " ".join(rng.choice(WORDS) for _ in range(rng.randrange(3, 12)))


def make_rows(rng: random.Random, *, typed: bool = False) -> Rows:
    """Return a table of texts or numbers with labels.

    Parameters
    ----------
    rng
        Everything random.
    typed
        Whether cells may be numbers, lists and objects, as in JSON, not texts alone.
    """
    n_rows = rng.choice([0, 1, 12, 12, 12, 30, 30, 60])
    columns = (
        ["text", "label"]
        if rng.random() < 0.6
        else [f"x{i}" for i in range(rng.choice([1, 3, 20]))] + ["label"]
    )
    if rng.random() < 0.15:
        columns = [rng.choice([name, name, rng.choice(HEADERS), junk.text(rng)]) for name in columns]
    if rng.random() < 0.2:
        columns.insert(rng.randrange(len(columns) + 1), rng.choice(HEADERS))
    labels = rng.choice(
        [["cat", "dog"], ["0", "1", "2"], ["a|b", "b", "a"], ["0.1", "2.5", "3"], [junk.text(rng), "x"]]
    )
    awkward = rng.choice([0.0, 0.0, 0.0, 0.02, 0.02, 0.2, 0.9])
    cells = [
        [_cell(name, row, labels, rng, awkward=awkward, typed=typed) for name in columns]
        for row in range(n_rows)
    ]
    return Rows(columns, cells)


def _cell(name: str, row: int, labels: list[str], rng: random.Random, *, awkward: float, typed: bool) -> Any:
    if rng.random() < awkward:
        return rng.choice([junk.text, junk.number, junk.value if typed else junk.text])(rng)
    if name in {"label", "class", "target"}:
        label = labels[row % len(labels)]
        return int(label) if typed and label.isdecimal() else label
    if name == "text" or name.startswith("sentence"):
        return f"{sentence(rng)} {row}"
    if name in {"id", "group"}:
        return str(row // 2)
    if name == "split":
        return ("train", "test")[row % 3 == 0]
    number = round(rng.gauss(row % 2, 1), 3)
    return number if typed else str(number)


def reading_options(rng: random.Random) -> tuple[str, ...]:
    """Return options of how to read, mostly none: what is recognised by itself has the most code."""
    if rng.random() < 0.65:
        return ()
    chosen = [rng.choice(OPTIONS) for _ in range(rng.choice([1, 1, 2, 3]))]
    return tuple(part for option in chosen for part in option)
