"""Tables with delimiters (CSV, TSV and what is called so), and words with tags (CoNLL)."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

from tests.hardening import junk
from tests.hardening.inputs import Call, Kind
from tests.hardening.kinds.rows import Rows, make_rows, reading_options, sentence
from tests.hardening.mutate import mutate

__all__ = ["KINDS", "write_table"]

ENCODINGS = (
    "utf-8",
    "utf-8",
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-32",
    "latin-1",
    "cp1251",
    "gb18030",
    "shift_jis",
    "utf-7",
)
TAGS = ("B-PER", "I-PER", "O", "O", "B-LOC", "I-ORG", "PER", "B-", "-", "I", "S-X", "U-Y")


def write_table(rows: Rows, rng: random.Random, *, delimiter: str = ",") -> bytes:
    """Write a table as a program would, or by hand with broken quotes and rows that are too short or long."""
    end = rng.choice(["\n", "\n", "\r\n", "\r"])
    if rng.random() < 0.75:
        buffer = io.StringIO()
        quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
        writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=quoting)
        writer.writerows([rows.columns, *rows.cells] if rng.random() < 0.9 else rows.cells)
        text = buffer.getvalue()
    else:
        lines = [
            delimiter.join(map(str, cells[: rng.choice([99, 99, 99, 1])]))
            for cells in [rows.columns, *rows.cells]
        ]
        text = end.join(line + rng.choice(["", "", "", delimiter * 3, '"', "\\"]) for line in lines)
    if rng.random() < 0.1:
        text = rng.choice(["sep=;\n", "# a comment\n", "\n\n\n", "Title\n\n", '"', "\x00"]) + text
    encoding = rng.choice(ENCODINGS)
    if encoding.startswith("utf-8"):
        return text.encode(encoding, "surrogatepass")
    return text.encode(encoding, "replace")


def _wide(rng: random.Random) -> Rows:
    """Return a table of very many columns, or with very long cells."""
    if rng.random() < 0.5:
        n_columns = rng.choice([2_000, 20_000, 60_000])
        names = [rng.choice(["", "a", f"c{i}"]) for i in range(n_columns)]
        return Rows(names, [[str(i % 7)] * n_columns for i in range(3)])
    return Rows(["text", "label"], [["word " * rng.choice([10, 300_000]), "ab"[i % 2]] for i in range(4)])


def _make(suffix: str, delimiter: str, rng: random.Random, folder: Path) -> Call:
    rows = _wide(rng) if rng.random() < 0.03 else make_rows(rng)
    delimiter = rng.choice([delimiter, delimiter, delimiter, ";", "|", " ", "\t", ","])
    data = write_table(rows, rng, delimiter=delimiter)
    is_whole = rng.random() < 0.5
    if not is_whole:
        data = mutate(data, rng)
    name = f"table{suffix}"
    (folder / name).write_bytes(data)
    return given(name, rng)


def given(name: str, rng: random.Random) -> Call:
    """Give a table to the command line mostly, else to what the pages do with it."""
    entry = rng.choice(["cli"] * 6 + ["preview", "upload"])
    if entry != "cli":
        return Call((name,), entry)
    return Call(("samples", name, *reading_options(rng), *rng.choice([(), ("--json",), ("--json",)])))


def _csv(rng: random.Random, folder: Path) -> Call:
    return _make(".csv", ",", rng, folder)


def _tsv(rng: random.Random, folder: Path) -> Call:
    return _make(rng.choice([".tsv", ".tab", ".txt"]), "\t", rng, folder)


def _clean_csv(rng: random.Random, folder: Path) -> Call:
    """Write a table whose rows are countable: each is a sample, or left out with a reason."""
    n_rows = rng.randrange(8, 80)
    labels = rng.choice([["cat", "dog"], ["yes", "no", "", "maybe"], ["a", "b", "None", "nan", "N/A"]])
    texts = [
        rng.choice([sentence(rng), sentence(rng), sentence(rng), "", " ", junk.text(rng)])
        for _ in range(n_rows)
    ]
    texts = [text.replace("\x00", "") for text in texts]
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerows([["text", "label"], *([text, rng.choice(labels)] for text in texts)])
    (folder / "table.csv").write_bytes(buffer.getvalue().encode("utf-8", "surrogatepass"))
    return Call(
        ("samples", "table.csv", "--text-column", "text", "--label-column", "label", "--json"), n_items=n_rows
    )


def _conll(rng: random.Random, folder: Path) -> Call:
    """Write sentences of words with tags."""
    separator = rng.choice(["\t", " ", "\t", "  "])
    n_columns = rng.choice([2, 2, 4, 10])
    lines = []
    for _ in range(rng.choice([1, 6, 20])):
        if rng.random() < 0.2:
            lines.append(
                rng.choice(["# sent_id = 1", "-DOCSTART- -X- O O", "#", "# text = " + junk.text(rng)])
            )
        for number in range(rng.choice([1, 5, 12, 12, 3000 if rng.random() < 0.05 else 4])):
            word = junk.text(rng) if rng.random() < 0.05 else f"word{number}"
            middle = ["_"] * (n_columns - 2) if rng.random() < 0.98 else ["_"] * rng.randrange(12)
            lines.append(
                separator.join([word, *middle, rng.choice(TAGS) if rng.random() < 0.97 else junk.text(rng)])
            )
        lines.append("" if rng.random() < 0.95 else " \t")
    data = junk.encode("\n".join(lines))
    if rng.random() < 0.4:
        data = mutate(data, rng)
    name = rng.choice(["a.conll", "a.conllu", "a.bio", "train.txt", "eng.testa"])
    (folder / name).write_bytes(data)
    return given(name, rng)


KINDS = (
    Kind("csv", _csv, 2),
    Kind("csv-rows", _clean_csv),
    Kind("tsv", _tsv),
    Kind("conll", _conll),
)
