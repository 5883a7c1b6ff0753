"""How many flipped labels the look at samples finds first: ``python -m tests.benchmarks.look``.

Of the demo samples 2, 5 and 10 % of the labels are flipped, to any other class or to the class that the true
one is most often taken for, with three seeds each. The table gives the share of flipped labels among as many
samples that come first: for the one model whose probe is best, for the mean of all models alone, for
cleanlab's ensemble (all three scored by cleanlab, where it is installed: ``pip install cleanlab``), and for
what PTMRank combines: probes and neighbours of all models, untrained and shuffled ones among them. Expected
on two cores: 20 minutes.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark import RunStore, cached_embeddings, make_plan, new_run_id, now, run_here
from ptmrank_core.catalogue import demo_models, resolve_models, task_category
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.features import FeatureCache
from ptmrank_core.probing import fit_probe
from ptmrank_core.projection.nearest import nearest_of_all
from ptmrank_core.records import Analyses, ExtractionOptions, RunOptions
from ptmrank_core.results.look.nearness import Nearness
from ptmrank_core.results.look.pooling import ModelVoice, pool, votes_of_neighbours
from ptmrank_core.worker import SOURCES

SETS = {
    "demo:digits": "image-classification",
    "demo:spoken-digits": "audio-classification",
    "demo:docstrings": "text-classification",
}
MODES, RATES, N_SEEDS = ("any class", "most confused"), (0.02, 0.05, 0.10), 3
Rows = NDArray[np.int64]
Array = NDArray[np.float64]


class Flips(NamedTuple):
    """Labels of which some are flipped, and which."""

    mode: str
    rate: float
    labels: Rows
    rows: Rows


def features_of(source: str, home: Path) -> tuple[dict[str, Array], Rows]:
    """Features of the demo models, and the labels."""
    settings, task = Settings(home=home), task_category(SETS[source])
    samples = load_samples(source)
    nothing = Analyses(half_samples=0, probe=False, sample_sizes=False, references=False, projections=False)
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task=task.name,
        samples=samples,
        models=resolve_models("demo", task),
        options=RunOptions(
            metrics=("logme",), options=ExtractionOptions(dtype="float32"), seed=0, analyses=nothing
        ),
    )
    store = RunStore(settings)
    store.create(plan, samples.summary())
    run_here(plan.run_id, settings, sources=SOURCES)
    with FeatureCache(settings) as cache:
        found = {
            model: cached_embeddings(plan, outcome.spec, samples, sources=SOURCES, cache=cache)
            for model, outcome in store.outcomes(plan.run_id).items()
        }
    return {model: np.asarray(own) for model, own in found.items() if own is not None}, samples.labels


def most_confused(features: Mapping[str, Array], labels: Rows) -> Rows:
    """The class that each class is most often taken for, by the mean of all probes."""
    likely = np.mean([fit_probe(own, labels=labels).probabilities for own in features.values()], axis=0)
    confusion = np.array([likely[labels == code].mean(axis=0) for code in range(labels.max() + 1)])
    np.fill_diagonal(confusion, -1.0)
    return np.argmax(confusion, axis=1)


def flips_of(labels: Rows, confused: Rows, n_seeds: int) -> Iterator[Flips]:
    """Flip labels at each rate, in each way, with each seed."""
    n_samples, n_classes = len(labels), int(labels.max()) + 1
    for seed in range(n_seeds):
        for mode in MODES:
            for rate in RATES:
                rng = np.random.default_rng(seed)
                rows = rng.choice(n_samples, round(rate * n_samples), replace=False)
                new = labels.copy()
                others = (labels[rows] + rng.integers(1, n_classes, len(rows))) % n_classes
                new[rows] = others if mode == MODES[0] else confused[labels[rows]]
                yield Flips(mode, rate, new, rows)


def precision(suspicion: Array, rows: Rows) -> float:
    """The share of flipped labels among as many samples that are most suspect."""
    first = np.argsort(-suspicion, kind="stable")[: len(rows)]
    return float(np.isin(first, rows).mean())


def by_cleanlab(labels: Rows, likely: Array, values: Sequence[float], rows: Rows) -> dict[str, float]:
    """What cleanlab finds from one model alone, and from all of them."""
    from cleanlab.rank import (  # type: ignore[import-not-found] # noqa: PLC0415 - optional here
        get_label_quality_ensemble_scores,
        get_label_quality_scores,
    )

    alone = [precision(-get_label_quality_scores(labels, own), rows) for own in likely]
    together = get_label_quality_ensemble_scores(labels, list(likely), verbose=False)
    return {
        "best model, cleanlab": alone[int(np.argmax(values))],
        "mean of models, cleanlab": float(np.mean(alone)),
        "all models, cleanlab": precision(-together, rows),
    }


def measured(features: Mapping[str, Array], flips: Flips) -> dict[str, float]:
    """Find flipped labels in each way."""
    labels = flips.labels
    probes = [fit_probe(own, labels=labels) for own in features.values()]
    chance = float(np.bincount(labels).max() / len(labels))
    voices = [
        ModelVoice(
            (probe.value - chance) / (1 - chance), probe.predictions, likely_of(probe), is_candidate=True
        )
        for probe in probes
        if probe.value > chance
    ]
    near = [Nearness(*nearest_of_all(own, 10)) for own in features.values()]  # type: ignore[arg-type]
    found = {}
    if importlib.util.find_spec("cleanlab") is not None:
        likely = np.stack([likely_of(probe) for probe in probes])
        found = by_cleanlab(labels, likely, [probe.value for probe in probes], flips.rows)
    probes_alone = pool(voices, (), labels, chance=chance).margins
    together = pool(voices, votes_of_neighbours(near, labels), labels, chance=chance).margins
    return {
        **found,
        "all probes, PTMRank": precision(probes_alone, flips.rows),
        "all probes and neighbours, PTMRank": precision(together, flips.rows),
    }


def likely_of(probe: Any) -> Array:
    """Probabilities of a probe, as exact as a run keeps them."""
    values = np.clip(probe.probabilities.astype(np.float16).astype(np.float64), 1e-6, 1)
    return np.asarray(values / values.sum(axis=1, keepdims=True))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table for each set of demo samples."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=N_SEEDS)
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=list(SETS))
    given = parser.parse_args(arguments)
    if not demo_models():
        raise SystemExit("The demo models are not here.")
    for source in given.sets:
        with tempfile.TemporaryDirectory() as home:
            features, labels = features_of(source, Path(home))
        table: dict[str, dict[tuple[str, float], list[float]]] = defaultdict(lambda: defaultdict(list))
        for flips in flips_of(labels, most_confused(features, labels), given.seeds):
            for way, share in measured(features, flips).items():
                table[way][flips.mode, flips.rate].append(share)
        heads = [f"{mode}, {rate:.0%}" for mode in MODES for rate in RATES]
        sys.stdout.write(f"\n{source}, {len(features)} models\n| | {' | '.join(heads)} | mean |\n")
        sys.stdout.write("|---" * (len(heads) + 2) + "|\n")
        for way, shares in table.items():
            means = [float(np.mean(shares[mode, rate])) for mode in MODES for rate in RATES]
            cells = " | ".join(f"{mean:.2f}" for mean in [*means, float(np.mean(means))])
            sys.stdout.write(f"| {way} | {cells} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
