"""Tables in JSON, and JSON lines."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from tests.hardening import junk
from tests.hardening.inputs import Call, Kind
from tests.hardening.kinds.delimited import given
from tests.hardening.kinds.rows import Rows, make_rows
from tests.hardening.mutate import mutate, mutate_json

__all__ = ["KINDS"]


def _objects(rows: Rows) -> list[dict[str, Any]]:
    return [dict(zip(rows.columns, cells, strict=False)) for cells in rows.cells]


def _shape(rows: Rows, rng: random.Random) -> Any:
    """Arrange a table in one of the shapes that people use."""
    objects = _objects(rows)
    split = {"columns": rows.columns, "data": rows.cells, "index": list(range(len(rows.cells)))}
    by_column = {name: {str(i): own.get(name) for i, own in enumerate(objects)} for name in rows.columns}
    squad = {"version": "1", "data": [{"paragraphs": [{"context": "a", "qas": objects}]}]}
    return rng.choice(
        [
            objects,
            objects,
            objects,
            split,
            by_column,
            {"data": objects},
            {"rows": rows.cells},
            squad,
            rows.cells,
        ]
    )


def _json(rng: random.Random, folder: Path) -> Call:
    told = _shape(make_rows(rng, typed=True), rng)
    if rng.random() < 0.5:
        told = mutate_json(told, rng)
    data = junk.compose_json(told, rng)
    if rng.random() < 0.25:
        data = mutate(data, rng)
    (folder / "table.json").write_bytes(data)
    return given("table.json", rng)


def _jsonl(rng: random.Random, folder: Path) -> Call:
    lines = []
    for own in _objects(make_rows(rng, typed=True)):
        told = mutate_json(own, rng) if rng.random() < 0.1 else own
        lines.append(junk.compose_json(told, rng) if rng.random() < 0.1 else json.dumps(told).encode())
        if rng.random() < 0.03:
            lines.append(
                rng.choice(
                    [b"", b"[]", b"1", b"null", b"{", b"// x", b'"a"', b"\xff", junk.encode(junk.text(rng))]
                )
            )
    data = rng.choice([b"\n", b"\n", b"\r\n", b"\n\n", b","]).join(lines)
    if rng.random() < 0.3:
        data = mutate(data, rng)
    name = rng.choice(["table.jsonl", "table.ndjson"])
    (folder / name).write_bytes(data)
    return given(name, rng)


KINDS = (Kind("json", _json, 1.5), Kind("jsonl", _jsonl))
