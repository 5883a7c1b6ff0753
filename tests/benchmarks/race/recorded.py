"""Runs of training on record, as tasks: models to choose from by one seed, and what others say they reach."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from ptmrank_core.benchmark.race.runners import STEPS, passes_to
from ptmrank_core.prediction.curves_fit import RecordedCurve
from tests.benchmarks.consensus.writing import plain

DEMO = Path(__file__).resolve().parents[3] / "assets" / "demo"
DEMOS = ("digits", "docstrings", "spoken-digits")
CONTROL = re.compile("untrained|shuffled")
CHANCE = 0.1
FEWEST_MODELS = 4
ALL_LABELS = 20


@dataclass(frozen=True)
class RecordedRun:
    """One model, trained once.

    ``values`` and ``seconds`` are by the passes after which they were measured.
    """

    values: Mapping[float, float]
    seconds: Mapping[float, float]

    @property
    def epochs(self) -> float:
        """Passes of the whole run."""
        return max(self.seconds)


@dataclass(frozen=True)
class Task:
    """Models of one set, trained with one seed, to choose one from.

    ``ends`` is what fine-tuning reaches with other seeds. ``steps`` are the fractions of a whole run after
    which a race may look. ``shares_seed`` says that there are no other seeds.
    """

    set_name: str
    kind: str
    seed: int
    runs: Mapping[str, RecordedRun]
    ends: Mapping[str, float]
    n_train: int
    n_tested: int
    steps: tuple[float, ...] = STEPS
    shares_seed: bool = False

    @property
    def models(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.runs)

    @property
    def group(self) -> str:
        """Set and size of the training set: tasks of a group differ by the seed."""
        return f"{self.set_name}, {self.kind}"

    @property
    def cost_of_all(self) -> float:
        """Seconds that fine-tuning all of them takes."""
        return sum(run.seconds[run.epochs] for run in self.runs.values())

    def regret(self, model: str) -> float:
        """What a model loses against the best of the task, in points."""
        return 100 * (max(self.ends.values()) - self.ends[model])

    def of(self, models: Sequence[str]) -> Task:
        """The same with some of the models."""
        return replace(
            self,
            runs={model: self.runs[model] for model in models},
            ends={model: self.ends[model] for model in models},
        )


def read_tasks(folders: Sequence[Path]) -> list[Task]:
    """Tasks of the demos, and of sets in folders with a ``truth.json``."""
    return [
        *(task for name in DEMOS for task in demo_tasks(name)),
        *(task for folder in folders for task in folder_tasks(folder)),
    ]


def demo_tasks(name: str) -> Iterator[Task]:
    """Tasks of a demo: one for each seed and each size of the training set; controls are no candidates.

    The seeds after the second were recorded for the models near the best alone, which is a task as well.
    """
    record = json.loads((DEMO / name / "curves.json").read_text(encoding="utf-8"))
    truth = json.loads((DEMO / name / "truth.json").read_text(encoding="utf-8"))
    runs = [run for run in record["runs"] if not CONTROL.search(run["model"])]
    for labels in record["protocol"]["labels_per_class"]:
        own = [run for run in runs if run["labels_per_class"] == labels]
        finals = _finals(own, truth if labels == ALL_LABELS else None)
        for seed in sorted({run["seed"] for run in own}):
            found = {run["model"]: _demo_run(run) for run in own if run["seed"] == seed}
            ends = {
                model: fmean(value for other, value in finals[model].items() if other != seed)
                for model in found
                if set(finals[model]) - {seed}
            }
            if len(ends) >= FEWEST_MODELS and set(ends) == set(found):
                n_tested = record["protocol"]["tested_each_epoch"]
                yield Task(name, f"{labels} labels", seed, found, ends, labels * 10, n_tested)


def _finals(
    runs: Sequence[Mapping[str, Any]], truth: Mapping[str, Any] | None
) -> dict[str, dict[int, float]]:
    """Model -> seed -> accuracy after the last epoch, on all test samples."""
    found: dict[str, dict[int, float]] = {}
    for run in runs:
        found.setdefault(run["model"], {})[run["seed"]] = run["accuracy"]
    if truth is not None:
        seeds = truth["protocol"]["seeds"]
        for model, own in found.items():
            own |= dict(zip(seeds, truth["models"][model]["accuracies"], strict=True))
    return found


def _demo_run(run: Mapping[str, Any]) -> RecordedRun:
    values = {float(epoch): value for epoch, value in enumerate(run["accuracies"], start=1)}
    seconds = {float(epoch): value for epoch, value in enumerate(run["seconds"], start=1)}
    return RecordedRun(values, seconds)


def folder_tasks(folder: Path) -> Iterator[Task]:
    """Tasks of sets whose models were fine-tuned for five epochs and tested after one and two of them."""
    for name, own in json.loads((folder / "truth.json").read_text(encoding="utf-8")).items():
        tuned = own.get("fine_tuning", {}).get("accuracy")
        if not tuned:
            continue
        runs = {
            model: RecordedRun(
                {1.0: entry["after_epoch_1_of_5"], 2.0: entry["after_epoch_2_of_5"], 5.0: entry["values"][0]},
                {epoch: epoch / 5 * entry["seconds"][0] for epoch in (1.0, 2.0, 5.0)},
            )
            for model, entry in tuned.items()
        }
        shares = any(len(entry["values"]) == 1 for entry in tuned.values())
        ends = {model: entry["values"][-1] for model, entry in tuned.items()}
        n_train = own["n_for_truth"]
        yield Task(plain(name), "1 or 2 of 5 epochs", 0, runs, ends, n_train, 1000, (0.2, 0.4, 1.0), shares)


def recorded_curves(tasks: Sequence[Task]) -> list[RecordedCurve]:
    """Points of all runs of tasks at the steps of a race."""
    return [
        RecordedCurve(
            set_name=task.set_name,
            run=f"{task.kind}, seed {task.seed}",
            end=task.ends[model],
            points={
                epochs / run.epochs: run.values[epochs]
                for epochs in sorted({passes_to(step, run.epochs) for step in task.steps})
            },
            n_tested=task.n_tested,
            chance=CHANCE,
        )
        for task in tasks
        for model, run in task.runs.items()
    ]


def draw_models(task: Task, rng: np.random.Generator) -> Task:
    """Draw as many of the models as there are, with replacement, and keep each that was drawn once."""
    drawn = set(rng.choice(task.models, len(task.models)).tolist())
    return task.of([model for model in task.models if model in drawn])
