"""Databases with PeaTMOSS' tables: the two schemas, a few planted rows, or as many as the real one has."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Schema = Literal["base", "enhanced"]

# Of the 56 tables those that hold what candidates are made of, and some that must not matter.
BASE = """
CREATE TABLE model_hub (id INTEGER PRIMARY KEY, name TEXT UNIQUE, url TEXT);
CREATE TABLE ptm_issues (id INTEGER PRIMARY KEY, repo_url TEXT);
CREATE TABLE model (id INTEGER PRIMARY KEY, context_id INTEGER UNIQUE, model_hub_id INTEGER, sha TEXT,
  repo_url TEXT, downloads INTEGER, likes INTEGER, has_snapshot INTEGER, ptm_issues_id INTEGER,
  ptm_pull_requests_id INTEGER);
CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE library (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE license (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE framework (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE reuse_repository (id INTEGER PRIMARY KEY, owner TEXT, name TEXT, url TEXT);
CREATE TABLE model_to_tag (model_id INTEGER, tag_id INTEGER, PRIMARY KEY (model_id, tag_id));
CREATE TABLE model_to_library (model_id INTEGER, library_id INTEGER, PRIMARY KEY (model_id, library_id));
CREATE TABLE model_to_license (model_id INTEGER, license_id INTEGER, PRIMARY KEY (model_id, license_id));
CREATE TABLE model_to_framework (model_id INTEGER, framework_id INTEGER,
  PRIMARY KEY (model_id, framework_id));
CREATE TABLE model_to_reuse_repository (model_id INTEGER, reuse_repository_id INTEGER,
  PRIMARY KEY (model_id, reuse_repository_id));
"""
NAMED_PAPERS = "CREATE TABLE paper (id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
# The enhanced one: further tables, without keys on those that join.
ENHANCED = """
CREATE TABLE paper (id INTEGER PRIMARY KEY, title TEXT, url TEXT);
CREATE TABLE domain (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE model_to_domain (model_id INTEGER, domain_id INTEGER);
CREATE TABLE model_task (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE model_to_model_task (model_id INTEGER, model_task_id INTEGER);
CREATE TABLE parameter_count (id INTEGER PRIMARY KEY, count TEXT, model_id INTEGER);
CREATE TABLE model_to_base_model (model_id INTEGER, base_model_name TEXT, base_model_url TEXT,
  base_model_id INTEGER);
"""


@dataclass(frozen=True)
class Planted:
    """One model to be put in."""

    id: str
    downloads: int | None = 0
    likes: int | None = 0
    hub: int = 1
    tags: Sequence[str] = ()
    tasks: Sequence[str] = ()
    libraries: Sequence[str] = ("transformers", "pytorch")
    licences: Sequence[str] = ()
    families: Sequence[str] = ()
    parameters: str | int | None = None
    reused_by: int = field(default=0)


def empty_database(path: Path, schema: Schema) -> sqlite3.Connection:
    """Make the tables of a schema and the two hubs."""
    connection = sqlite3.connect(path)
    connection.executescript(BASE + (ENHANCED if schema == "enhanced" else NAMED_PAPERS))
    hubs = [(1, "HuggingFace", "https://huggingface.co/"), (2, "PyTorch", "https://pytorch.org")]
    connection.executemany("INSERT INTO model_hub VALUES (?, ?, ?)", hubs)
    return connection


def save_database(path: Path, schema: Schema, models: Iterable[Planted]) -> Path:
    """Write a database with some models."""
    connection = empty_database(path, schema)
    for key, model in enumerate(models, start=363):  # where the Hub's begin in the real one
        row = (key, model.id, model.hub, "0" * 40, f"https://example.org/{model.id}", model.downloads)
        connection.execute("INSERT INTO model VALUES (?,?,?,?,?,?,?,0,NULL,NULL)", (*row, model.likes))
        named = {
            "tag": model.tags,
            "library": model.libraries,
            "license": model.licences,
            "framework": model.families,
        }
        if schema == "enhanced":
            named["model_task"] = model.tasks
            if model.parameters is not None:
                connection.execute(
                    "INSERT INTO parameter_count (count, model_id) VALUES (?, ?)", (model.parameters, key)
                )
        for table, names in named.items():
            _join(connection, table, key, names)
        for number in range(model.reused_by):
            connection.execute("INSERT OR IGNORE INTO reuse_repository (id) VALUES (?)", (number,))
            connection.execute("INSERT INTO model_to_reuse_repository VALUES (?, ?)", (key, number))
    connection.commit()
    connection.close()
    return path


def _join(connection: sqlite3.Connection, table: str, key: int, names: Sequence[str]) -> None:
    """Give a model names in a table."""
    for name in names:
        insert = f"INSERT OR IGNORE INTO {table} (name) VALUES (?)"  # noqa: S608 - a table named above
        connection.execute(insert, (name,))
        join = f"INSERT INTO model_to_{table} SELECT ?, id FROM {table} WHERE name = ?"  # noqa: S608
        connection.execute(join, (key, name))


def save_large_database(
    path: Path, schema: Schema, tasks: Sequence[str], *, n_models: int = 281_638, seed: int = 0
) -> Path:
    """Write a database as large as the real one: as many models, six tags each, among many other tags."""
    rng = random.Random(seed)  # noqa: S311 - nothing here is secret
    connection = empty_database(path, schema)
    tags = [*tasks, *(f"tag-{i}" for i in range(20_000))]
    connection.executemany("INSERT INTO tag VALUES (?, ?)", enumerate(tags, start=1))
    connection.executemany("INSERT INTO library VALUES (?, ?)", [(1, "transformers"), (2, "diffusers")])
    n_tasks = len(tasks)
    words = ("bert", "vit", "base", "large", "small", "finetuned", "ner", "squad", "cased", "patch16")
    models, tagged, library = [], [], []
    for key in range(1, n_models + 1):
        name = f"user{rng.randrange(40_000)}/{'-'.join(rng.sample(words, 3))}-{key}"
        downloads = None if key % 50 == 0 else int(rng.paretovariate(0.6)) - 1
        models.append((key, name, 2 if key <= 362 else 1, downloads, rng.randrange(100)))
        own = {1 + int(n_tasks * rng.random() ** 3)} | {
            n_tasks + 1 + int(20_000 * rng.random() ** 4) for _ in range(5)
        }
        tagged += [(key, tag) for tag in own]
        library.append((key, 1 if rng.random() < 0.7 else 2))
    connection.executemany(
        "INSERT INTO model (id, context_id, model_hub_id, downloads, likes) VALUES (?, ?, ?, ?, ?)", models
    )
    connection.executemany("INSERT INTO model_to_tag VALUES (?, ?)", tagged)
    connection.executemany("INSERT INTO model_to_library VALUES (?, ?)", library)
    if schema == "enhanced":
        connection.executemany("INSERT INTO model_task VALUES (?, ?)", enumerate(tasks, start=1))
        told = [(key, 1 + rng.randrange(n_tasks)) for key in rng.sample(range(1, n_models + 1), 12_000)]
        connection.executemany("INSERT INTO model_to_model_task VALUES (?, ?)", told)
        counts = [(str(rng.randrange(10**6, 10**9)), key) for key, _ in told[:4000]]
        connection.executemany("INSERT INTO parameter_count (count, model_id) VALUES (?, ?)", counts)
    connection.commit()
    connection.close()
    return path
