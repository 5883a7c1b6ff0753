"""PeaTMOSS databases of a valid schema: rows of odd types, ids and names; changed bytes of the file."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.catalogue.peatmoss_database import empty_database
from tests.hardening import junk
from tests.hardening.inputs import Call, Kind
from tests.hardening.mutate import mutate

__all__ = ["KINDS"]

TASKS = (
    "image-classification",
    "text-classification",
    "audio-classification",
    "fill-mask",
    "x",
    "token-classification",
)
LIBRARIES = ("transformers", "pytorch", "timm", "safetensors", "diffusers", "\x1b[31m", "x" * 500)
COUNTS = ("110M", "1.2.3", "9" * 400, "1e400", "inf", "nan", "-5", "", "7 billion", "1" * 30 + "b", "\u0661m")


def _odd(rng: random.Random) -> Any:
    """Return a value of any type that SQLite stores."""
    value = rng.choice(
        [None, 0, -1, 2**63 - 1, -(2**63), 1.5, float("inf"), float("nan"), b"\xff\x00", b"", junk.text(rng)]
    )
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _model_id(rng: random.Random, number: int) -> Any:
    kind = rng.random()
    if kind < 0.7:
        return f"org{number % 5}/model-{number}"
    if kind < 0.9:
        return f"{_odd(rng)}/{number}"
    return rng.choice(
        [number, b"\xff\xfe%d" % number, f"a/{'b/' * 20}{number}", f"{number}" * 300, float(number)]
    )


def _fill(connection: sqlite3.Connection, rng: random.Random, *, schema: str) -> None:
    for table, names in {
        "tag": TASKS,
        "library": LIBRARIES,
        "license": ("mit", "apache-2.0", "\u202ex"),
        "framework": ("bert", "vit"),
    }.items():
        insert = f"INSERT OR IGNORE INTO {table} (name) VALUES (?)"  # noqa: S608 - a table named here
        connection.executemany(insert, [(name,) for name in names])
        if rng.random() < 0.3:
            connection.execute(f"INSERT OR IGNORE INTO {table} (name) VALUES (?)", (_odd(rng),))  # noqa: S608
    if schema == "enhanced":
        connection.executemany(
            "INSERT OR IGNORE INTO model_task (name) VALUES (?)", [(task,) for task in TASKS]
        )
    awkward = rng.choice([0.0, 0.1, 0.8])
    for key in range(1, rng.choice([1, 8, 60])):
        numbers = [_odd(rng) if rng.random() < awkward else rng.randrange(10**6) for _ in range(2)]
        row = (key, _model_id(rng, key), rng.choice([1, 1, 1, 1, 2, None]), *numbers)
        connection.execute(
            "INSERT OR IGNORE INTO model (id, context_id, model_hub_id, downloads, likes) VALUES (?,?,?,?,?)",
            row,
        )
        for table in ("tag", "library", "license", "framework"):
            for _ in range(rng.choice([0, 1, 1, 3])):
                other = rng.randrange(1, 8) if rng.random() > awkward else _odd(rng)
                connection.execute(f"INSERT OR IGNORE INTO model_to_{table} VALUES (?, ?)", (key, other))  # noqa: S608
        if schema == "enhanced":
            count = rng.choice(COUNTS) if rng.random() < 0.7 else _odd(rng)
            connection.execute("INSERT INTO parameter_count (count, model_id) VALUES (?, ?)", (count, key))
            connection.execute(
                "INSERT INTO model_to_model_task VALUES (?, ?)", (key, rng.choice([1, 2, 3, _odd(rng)]))
            )


def _make(path: Path, rng: random.Random) -> None:
    schema = rng.choice(["base", "enhanced"])
    connection = empty_database(path, schema)
    _fill(connection, rng, schema=schema)
    for statement in rng.sample(CHANGES, rng.choice([0, 0, 0, 1, 2])):
        try:
            connection.execute(statement)
        except sqlite3.Error:  # it has no such table in this schema
            continue
    connection.commit()
    connection.close()


CHANGES = (
    "DROP TABLE library", "DROP TABLE model_to_license", "DELETE FROM model_hub", "DELETE FROM tag",
    "DROP TABLE parameter_count",
    "UPDATE model_hub SET name = x'ff'", "UPDATE tag SET name = NULL", "DROP TABLE model_to_model_task",
    "DELETE FROM model",
    "ALTER TABLE model RENAME COLUMN likes TO loves", "CREATE VIEW v AS SELECT * FROM v2",
    "ALTER TABLE model_to_tag RENAME TO other",
    "UPDATE model SET downloads = 'many'", "UPDATE model SET context_id = CAST(context_id AS BLOB)",
    "DROP TABLE model_to_library",
    "CREATE VIEW model_to_library AS SELECT 1 AS model_id, 1 AS library_id UNION SELECT NULL, NULL",
    "CREATE TRIGGER t AFTER INSERT ON tag BEGIN DELETE FROM model; END", "PRAGMA user_version = -1",
    "PRAGMA application_id = 7",
)  # fmt: skip


def _database(rng: random.Random, folder: Path) -> Call:
    _make(folder / "PeaTMOSS.db", rng)
    return _call(rng)


def _changed(rng: random.Random, folder: Path) -> Call:
    path = folder / "PeaTMOSS.db"
    _make(path, rng)
    path.write_bytes(mutate(path.read_bytes(), rng))
    return _call(rng)


def _call(rng: random.Random) -> Call:
    build = ("catalogue", "build", "--peatmoss", "PeaTMOSS.db", "--out", "../out/mapping.json")
    show = ("catalogue", "--peatmoss", "PeaTMOSS.db", "--task", rng.choice(TASKS[:4]))
    choices: list[Callable[[], tuple[str, ...]]] = [
        lambda: (*build, *rng.choice([(), ("--loadable",), ("--shape", "ptmrank"), ("--top", "2")])),
        lambda: (*show, "--json"),
        lambda: (*show, "--search", rng.choice(["bert", "%", "'", "\\"])),
    ]
    return Call(rng.choice(choices)())


KINDS = (Kind("peatmoss", _database, 1.5), Kind("peatmoss-bytes", _changed, 0.7))
