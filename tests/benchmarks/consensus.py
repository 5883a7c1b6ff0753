"""How well the default consensus orders real models, beside every metric alone.

    python -m tests.benchmarks.consensus FOLDER [FOLDER ...] [--splits N] [--seed N]

FOLDER holds features of one or several sets, ``<set>__<model>.npz`` with ``embeddings``, ``labels`` and,
where the model has a head, ``source_logits``; and ``truth.json``: set -> ``linear_probe_accuracy`` (or
``fine_tuned``) -> model -> ``{"mean": accuracy}``. ``demo:digits`` (``demo:docstrings``,
``demo:spoken-digits``) in place of a folder is a demo zoo with its recorded truth.

Two tables. Split halves: each set is split into two class-stratified halves; the consensus, its metrics and
its probe see one, and the probe that judges is trained and tested inside the other; both ways round, for N
splits. Truth: everything sees all samples in the files and is judged by the recorded accuracy.

Columns: weighted tau (Vigna) with the judge, mean and worst over sets; regret, the points of judged
accuracy that the top pick loses against the best model, mean and worst over sets; and how often it is
within 2 points. A set's number is the mean over its splits. Tied top picks count with their mean. A metric
that cannot score every model of a set is judged on those it can, but its regret counts all. One that ties
all models has a tau of 0.

Aim: the default is at least as good as exact LogME in mean weighted tau and in worst regret, in both
tables.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.catalogue import demo_models
from ptmrank_core.config import load_settings
from ptmrank_core.data import load_samples
from ptmrank_core.errors import PTMRankError
from ptmrank_core.events import discard_event, never_cancels
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.metrics import (
    METRICS,
    compute,
    default_metrics,
    inapplicable_reason,
    prepare_inputs,
)
from ptmrank_core.probing import fit_probe
from ptmrank_core.ranking import (
    VoteContext,
    cast_votes,
    collect_losses,
    consensus_values,
    equal_votes,
    weighted_tau,
)
from ptmrank_core.records import ExtractionOptions, Vote
from ptmrank_core.results.votes import SCALE, WIDTH, doubts_of
from ptmrank_core.worker import SOURCES

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo"
CLOSE = 2.0  # points
PROBE, EQUAL, DEFAULT, PRIOR = "linear probe", "equal votes", "default", "default, no probe"
TRUTHS = ("linear_probe_accuracy", "fine_tuned")

Arrays = Mapping[str, Any]
Scores = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Zoo:
    """Features of several models on one set of samples, and their accuracies on record."""

    name: str
    models: dict[str, Arrays]
    truths: dict[str, dict[str, float]]

    @property
    def labels(self) -> NDArray[Any]:
        """Labels of the samples."""
        first: NDArray[Any] = next(iter(self.models.values()))["labels"]
        return first


@dataclass(frozen=True)
class Verdict:
    """How one order of one set is judged."""

    tau: float
    regret: float


def read_zoos(place: str) -> Iterator[Zoo]:
    """Read the sets of a folder, or one demo zoo."""
    if place.startswith("demo:"):
        yield read_demo(place)
        return
    folder = Path(place)
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    for name, record in truth.items():
        models = {}
        for path in sorted(folder.glob(f"{name}__*.npz")):
            with np.load(path) as arrays:
                models[path.stem.removeprefix(f"{name}__")] = dict(arrays)
        if models:
            yield Zoo(name, models, accuracies(record, models))


def accuracies(record: Mapping[str, Any], models: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Recorded accuracies of the models, by the kind of truth."""
    return {
        kind: {model: float(record[kind][model]["mean"]) for model in models if model in record[kind]}
        for kind in TRUTHS
        if kind in record
    }


def read_demo(place: str) -> Zoo:
    """Extract the features of a demo zoo, from the cache as far as they are there."""
    name = place.removeprefix("demo:")
    samples = load_samples(place)
    record = json.loads((DEMO / name / "truth.json").read_text(encoding="utf-8"))["models"]
    cache = FeatureCache(load_settings())
    models = {}
    for spec in demo_models():
        model = spec.id.removeprefix("demo:")
        if model in record:
            fetched = SOURCES.fetch(spec, sink=discard_event, cancel=never_cancels)
            options = ExtractionOptions(device="cpu", dtype="float32")
            found = extract(samples, fetched, options=options, cache=cache)
            models[model] = {"embeddings": found.embeddings, "labels": np.asarray(samples.labels)}
            if found.source_logits is not None:
                models[model]["source_logits"] = found.source_logits
    truths = {
        "fine_tuned": {model: record[model]["mean"] for model in models},
        "linear_probe_accuracy": {model: record[model]["linear_probe_mean"] for model in models},
    }
    return Zoo(place, models, truths)


def halves(labels: NDArray[Any], seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split samples into two halves of equal classes, as far as they are even."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    return np.sort(order[::2]), np.sort(order[1::2])


def probe_losses(arrays: Arrays, rows: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Out-of-fold losses of a probe on some of the samples."""
    codes = np.unique(arrays["labels"][rows], return_inverse=True)[1]
    return fit_probe(arrays["embeddings"][rows], labels=codes, seed=seed).losses


def score(models: Mapping[str, Arrays], rows: NDArray[np.int64]) -> Scores:
    """Score every model under every default metric that applies, on some of the samples."""
    scores: Scores = {}
    components: dict[str, dict[str, Mapping[str, float]]] = {}
    for model, arrays in models.items():
        inputs = prepare_inputs(**{name: values[rows] for name, values in arrays.items()})
        for name in default_metrics():
            if inapplicable_reason(METRICS[name], inputs.available, inputs.task) is not None:
                continue
            try:
                output = compute(name, inputs)
            except PTMRankError:
                continue  # a metric without a value for a model is judged on the others
            scores.setdefault(name, {})[model] = output.value
            components.setdefault(name, {})[model] = output.components
    for name, own in components.items():
        combine = METRICS[name].combine
        if combine is not None:
            scores[name] = combine(own)
    return scores


def orders(models: Mapping[str, Arrays], rows: NDArray[np.int64], seed: int) -> Scores:
    """Row of the table -> model -> number, higher is better."""
    scores = score(models, rows)
    up = {name: METRICS[name].higher_is_better for name in scores}
    losses = {model: probe_losses(arrays, rows, seed) for model, arrays in models.items()}
    features = {model: np.asarray(arrays["embeddings"][rows], float) for model, arrays in models.items()}
    widths = {model: float(values.shape[1]) for model, values in features.items()}
    scales = {model: float(np.sqrt(np.mean(values**2))) for model, values in features.items()}
    priors = {name: METRICS[name].prior_agreement for name in scores}
    doubts = doubts_of(scores, widths, len(rows))

    def decide(votes: Mapping[str, Vote]) -> dict[str, float]:
        weights = {name: vote.weight for name, vote in votes.items()}
        return {m: -value for m, value in consensus_values(scores, weights, higher_is_better=up).items()}

    def vote(known: VoteContext) -> dict[str, float]:
        return decide(cast_votes(scores, voters=tuple(scores), higher_is_better=up, known=known))

    alone = {
        name: {model: value if up[name] else -value for model, value in own.items()}
        for name, own in scores.items()
    }
    return {
        **alone,
        PROBE: {model: -float(own.mean()) for model, own in losses.items()},
        EQUAL: decide(equal_votes(scores)),
        DEFAULT: vote(VoteContext(priors, doubts, {WIDTH: widths, SCALE: scales}, collect_losses(losses))),
        PRIOR: vote(VoteContext(priors, doubts)),
    }


def judge(order: Mapping[str, float], truth: Mapping[str, float]) -> Verdict:
    """Hold an order against accuracies."""
    rounded = {model: float(f"{order[model]:.10g}") for model in order if model in truth}
    known = {model: truth[model] for model in rounded}
    differs = len(set(rounded.values())) > 1 and len(set(known.values())) > 1
    tau = weighted_tau(rounded, known, higher_is_better=True) if differs else 0.0
    top = [model for model, value in rounded.items() if value == max(rounded.values())]
    return Verdict(tau, 100 * (max(truth.values()) - float(np.mean([truth[model] for model in top]))))


def judge_halves(zoo: Zoo, seeds: Sequence[int]) -> dict[str, list[Verdict]]:
    """Judge every row of one set by a probe inside the half that it has not seen."""
    found: dict[str, list[Verdict]] = {}
    for seed in seeds:
        first, second = halves(zoo.labels, seed)
        for seen, unseen in ((first, second), (second, first)):
            truth = {
                model: 1 - float(probe_losses(arrays, unseen, seed).mean())
                for model, arrays in zoo.models.items()
            }
            for row, order in orders(zoo.models, seen, seed).items():
                found.setdefault(row, []).append(judge(order, truth))
    return found


def table(title: str, verdicts: Mapping[str, Mapping[str, Sequence[Verdict]]]) -> str:
    """Markdown: one line for each row, from set -> row -> verdicts."""
    rows = dict.fromkeys(row for own in verdicts.values() for row in own)
    lines = [
        f"## {title}: {', '.join(verdicts)}",
        "",
        "| order by | sets | weighted tau: mean | worst | regret: mean | worst | within 2 points |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in sorted(rows, key=[*default_metrics(), PROBE, EQUAL, PRIOR, DEFAULT].index):
        sets = [own[row] for own in verdicts.values() if row in own]
        taus = [float(np.mean([verdict.tau for verdict in own])) for own in sets]
        regrets = [float(np.mean([verdict.regret for verdict in own])) for own in sets]
        close = np.mean([np.mean([verdict.regret <= CLOSE for verdict in own]) for own in sets])
        title = METRICS[row].title if row in METRICS else row
        lines.append(
            f"| {title} | {len(sets)} | {np.mean(taus):+.3f} | {min(taus):+.3f} | {np.mean(regrets):.2f}"
            f" | {max(regrets):.2f} | {close:.0%} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Judge the zoos named on the command line and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("places", nargs="+", metavar="FOLDER")
    parser.add_argument("--splits", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0, help="seed of the first split")
    options = parser.parse_args()
    zoos = [zoo for place in options.places for zoo in read_zoos(place)]
    seeds = range(options.seed, options.seed + options.splits)
    sys.stdout.write(table("Split halves", {zoo.name: judge_halves(zoo, seeds) for zoo in zoos}) + "\n")
    sys.stdout.flush()
    full = {zoo.name: orders(zoo.models, np.arange(len(zoo.labels)), options.seed) for zoo in zoos}
    for kind in TRUTHS:
        known = {
            zoo.name: {row: [judge(order, zoo.truths[kind])] for row, order in full[zoo.name].items()}
            for zoo in zoos
            if kind in zoo.truths
        }
        if known:
            sys.stdout.write("\n" + table(f"Truth, {kind.replace('_', ' ')}", known) + "\n")


if __name__ == "__main__":
    main()
