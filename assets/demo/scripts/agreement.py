"""Hold every metric against the recorded truth: ``python -m assets.demo.scripts.agreement digits``."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assets.demo.scripts.checkpoints import DEMO
from assets.demo.scripts.recipes import made_with
from ptmrank_core.benchmark import RunStore, make_plan, new_run_id, now, run_here
from ptmrank_core.catalogue import demo_models
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.metrics import METRICS, resolve_metrics
from ptmrank_core.ranking import weighted_tau
from ptmrank_core.records import ExtractionOptions, RunOptions
from ptmrank_core.results import scores_by_metric
from ptmrank_core.worker import SOURCES

Scores = Mapping[str, float]
Row = dict[str, float]


@dataclass(frozen=True)
class Zoo:
    """Models with a recorded truth on demo samples.

    Attributes
    ----------
    name, task : str
        Name of the samples, and task of the models on them.
    family : str
        The family whose models differ in the source task alone.
    """

    name: str
    task: str
    family: str

    def record(self, file: str) -> Path:
        """Path of one of its records."""
        return DEMO / self.name / f"{file}.json"

    def read(self, file: str) -> dict[str, Any]:
        """Read what is on record of each model."""
        models: dict[str, Any] = json.loads(self.record(file).read_text(encoding="utf-8"))["models"]
        return models


ZOOS = {
    zoo.name: zoo
    for zoo in (
        Zoo("digits", "image-classification", "convnext"),
        Zoo("docstrings", "text-classification", "modernbert"),
        Zoo("spoken-digits", "audio-classification", "whisper"),
    )
}


def demo_scores(zoo: Zoo) -> dict[str, dict[str, float]]:
    """Score the models of a zoo on their samples under every metric and variant.

    Parameters
    ----------
    zoo : Zoo
        Which models and samples.

    Returns
    -------
    dict
        Metric -> model -> score.
    """
    samples = load_samples(f"demo:{zoo.name}")
    names = zoo.read("zoo")
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task=zoo.task,
        samples=samples,
        models=tuple(spec for spec in demo_models() if spec.id.removeprefix("demo:") in names),
        options=RunOptions(
            metrics=resolve_metrics("all"),
            options=ExtractionOptions(device="cpu", dtype="float32"),
            seed=0,
        ),
    )
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        store = RunStore(settings)
        store.create(plan, samples.summary())
        run_here(plan.run_id, settings, sources=SOURCES)
        table = scores_by_metric(store.cells(plan.run_id))
    return {
        metric: {model.removeprefix("demo:"): value for model, value in scores.items()}
        for metric, scores in table.items()
    }


def _row(scores: Scores, truth: Scores, *, higher_is_better: bool) -> Row:
    """Correlate over the models that have both."""
    both = {model: truth[model] for model in scores if model in truth}
    own = {model: scores[model] for model in both}
    tau = weighted_tau(own, both, higher_is_better=higher_is_better)
    return {"weighted_tau": round(tau, 4), "n_models": len(both)}


def agreement(zoo: Zoo) -> dict[str, dict[str, Row]]:
    """Compute the weighted Kendall tau with fine-tuning of every metric and baseline.

    Parameters
    ----------
    zoo : Zoo
        Which models and samples.

    Returns
    -------
    dict
        Over the zoo and within its family.
    """
    facts, records = zoo.read("zoo"), zoo.read("truth")
    truth = {model: record["mean"] for model, record in records.items()}
    family = {model: value for model, value in truth.items() if facts[model]["family"] == zoo.family}
    candidates: dict[str, tuple[Scores, bool]] = {
        metric: (scores, METRICS[metric].higher_is_better) for metric, scores in demo_scores(zoo).items()
    }
    for baseline in ("n_parameters", "source_accuracy"):
        known = {model: fact[baseline] for model, fact in facts.items() if fact[baseline] is not None}
        candidates[f"baseline: {baseline}"] = (known, True)
    probe = {model: record["linear_probe_mean"] for model, record in records.items()}
    candidates["baseline: linear probe"] = (probe, True)
    groups = {"zoo": truth, zoo.family: family}
    return {
        group: {
            name: _row(
                {model: value for model, value in scores.items() if model in members},
                members,
                higher_is_better=higher,
            )
            for name, (scores, higher) in candidates.items()
        }
        for group, members in groups.items()
    }


def main() -> None:
    """Record the correlations of the zoo named on the command line and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("zoo", choices=ZOOS)
    zoo = ZOOS[parser.parse_args().zoo]
    result = agreement(zoo)
    record = json.dumps(result | {"made_with": made_with()}, indent=2)
    zoo.record("agreement").write_text(record + "\n", encoding="utf-8")
    for group, rows in result.items():
        print(group)
        for name, row in rows.items():
            print(f"  {name:28} {row['weighted_tau']:+.2f} over {row['n_models']} models")


if __name__ == "__main__":
    main()
