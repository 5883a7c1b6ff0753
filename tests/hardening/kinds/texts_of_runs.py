"""What describes runs: cards to replay, mapping.json, the user's own fine-tuning results."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from tests.hardening import junk
from tests.hardening.inputs import Call, Kind
from tests.hardening.kinds.arrays import QUICK_RUN, feature_file
from tests.hardening.mutate import mutate, mutate_json

__all__ = ["KINDS"]

CARD = Path(__file__).parents[1] / "seeds" / "card.json"
TASKS = ("image-classification", "text-classification", "x", "", "a,b", "Image Classification", "fill-mask")
MODELS = (
    "google/vit-base",
    "a/b/c",
    "",
    " ",
    "x",
    "../x",
    "a\x00b",
    "org/\u202emodel",
    "m" * 300,
    "local:x",
    "-rf",
)


def _save_features(folder: Path, name: str, strength: float) -> None:
    numbers = np.random.default_rng(0)
    labels = np.arange(30) % 3
    rows = numbers.normal(size=(30, 4)) + strength * np.eye(4)[labels]
    folder.mkdir(exist_ok=True)
    np.savez(folder / f"{name}.npz", embeddings=rows, labels=labels)


def _two_models(folder: Path) -> None:
    _save_features(folder / "features", "a", 2.0)
    _save_features(folder / "features", "b", 1.0)


def _card(rng: random.Random, folder: Path) -> Call:
    """Change a run card; the features that it names lie beside it."""
    _two_models(folder)
    card = json.loads(CARD.read_text(encoding="utf-8"))
    data = junk.encode(json.dumps(mutate_json(card, rng)))
    if rng.random() < 0.2:
        data = junk.compose_json(mutate_json(card, rng), rng)
    if rng.random() < 0.15:
        data = mutate(data, rng)
    (folder / "card.json").write_bytes(data)
    where = rng.choice([("--samples", "features"), ("--samples", "features"), ()])
    return Call(("replay", "card.json", *where, *rng.choice([("--json",), ()])))


def _pairs(rng: random.Random) -> Iterable[Any]:
    for _ in range(rng.choice([0, 1, 5, 30])):
        yield [rng.choice(TASKS), rng.choice(MODELS) if rng.random() < 0.9 else junk.text(rng)]


def _mapping(rng: random.Random, folder: Path) -> Call:
    records = list(_pairs(rng))
    ours = {"tasks": {task: [model for _, model in records] for task in TASKS[:3]}, "source": "x"}
    told = rng.choice([records, ours])
    data = junk.compose_json(mutate_json(told, rng) if rng.random() < 0.8 else told, rng)
    if rng.random() < 0.2:
        data = mutate(data, rng)
    (folder / "mapping.json").write_bytes(data)
    return Call(("mapping.json",), "mapping")


def _truth(rng: random.Random, folder: Path) -> Call:
    """Write a table of fine-tuning results for a run on two files of features."""
    _two_models(folder)
    measure = rng.choice(["accuracy", "accuracy", "r2", "loss", "f1", junk.text(rng)])
    names = [rng.choice(["a", "b", "A", "org/a", "c", junk.text(rng)]) for _ in range(rng.choice([0, 1, 2]))]
    values = [rng.choice(["0.5", "0.9", "93%", "50 %", junk.number(rng)]) for _ in range(len(names) + 2)]
    rows = list(zip(["a", "b", *names], values, strict=True))
    if rng.random() < 0.75:
        data = junk.encode(
            "\n".join(
                [
                    f"{rng.choice(['model', 'model', 'Model ', 'name', ''])},{measure}",
                    *(",".join(row) for row in rows),
                ]
            )
        )
        name = rng.choice(["truth.csv"] * 8 + ["truth.tsv", "truth.txt", "truth"])
    else:
        data = junk.compose_json([{"model": model, measure: value} for model, value in rows], rng)
        name = rng.choice(["truth.json", "truth.json", "truth.csv"])
    if rng.random() < 0.25:
        data = mutate(data, rng)
    (folder / name).write_bytes(data)
    return Call(("rank", "--features", "features", "--truth", name, *QUICK_RUN, "--json"))


def _reference(rng: random.Random, folder: Path) -> Call:
    """Rank features and write every file of a report, where names of models are odd."""
    (folder / "features").mkdir()
    for i in range(2):
        name = (
            "".join(c for c in junk.text(rng) if c not in "/\0" and not "\ud800" <= c <= "\udfff")[:40] or "m"
        )
        data = feature_file(random.Random(1), strength=i, odd=0)  # noqa: S311 - the same samples for both
        (folder / "features" / f"{i}{name}.npz").write_bytes(data)
    return Call(
        ("rank", "--features", "features", *QUICK_RUN, "--report", "../out/report", "--out", "../out/o")
    )


KINDS = (
    Kind("run-card", _card, 2),
    Kind("mapping", _mapping, 0.7),
    Kind("truth", _truth, 1.5),
    Kind("report-names", _reference, 0.4),
)
