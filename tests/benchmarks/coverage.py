"""Coverage of rank intervals, by simulation of data sets whose population is known.

    python -m tests.benchmarks.coverage [--sets N] [--fresh N] [--halves N] [--settings NAMES]

A model's population rank is the rank of its expected score at this number of samples: the mean over
``--fresh`` data sets drawn afresh. Of every further data set there are half-samples, and from them the
intervals of four metrics and of their consensus with equal votes. Aims, for every setting, metric and the
consensus: a 90 % interval holds the population rank in at least 88 % (mean over models); it is on average at
most 1.5 times as wide as one from as many fresh data sets in place of the half-samples; and candidates that
are noise of equal width and scale share one tie group in at least 90 % of the data sets. Candidates that are
the same in distribution share their ranks, and an interval has to hold all of them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from ptmrank_core.metrics import METRICS, MetricInputs, compute, prepare_inputs
from ptmrank_core.ranking import Voting, consensus_intervals, rank_intervals, rescale_deviations
from ptmrank_core.ranking.spread import MARGIN
from ptmrank_core.records import RankIntervals
from ptmrank_core.sampling import draw_halves, units_of
from tests.benchmarks.coverage_settings import SETTINGS, DataSet, Setting

Array = NDArray[np.float64]
# Metric -> scores of the models, of shape (..., n_models).
Found = Mapping[str, Array]

NAMES = ("logme", "hscore", "transrate", "etran")
CONSENSUS = "consensus"


@dataclass(frozen=True)
class Row:
    """What a setting gave for one metric or the consensus: shares of data sets, and means over models."""

    setting: str
    of: str
    coverage: float
    worst: float
    width: float
    fresh_width: float
    tied: float | None


def _score(inputs: MetricInputs) -> list[float]:
    """Values of the metrics, ETran's by its two components."""
    outputs = {name: compute(name, inputs) for name in NAMES}
    parts = outputs["etran"].components
    return [outputs[name].value for name in NAMES[:-1]] + [parts["s_cls"], parts["s_en"]]


def _joined(scores: Array) -> Found:
    """Scores by metric, of shape (..., n_models), from (..., n_models, 5): ETran's joined over the models."""
    parts = scores[..., 3:]
    least, greatest = parts.min(axis=-2, keepdims=True), parts.max(axis=-2, keepdims=True)
    etran = (parts - least) / (greatest - least) @ np.array([0.85, 0.15])
    return {name: scores[..., k] for k, name in enumerate(NAMES[:-1])} | {"etran": etran}


def _scores_of(data: DataSet) -> Array:
    """Scores of every candidate on all samples, shape (n_models, 5)."""
    return np.array([_score(prepare_inputs(own, labels=data.labels)) for own in data.features.values()])


def _halves_of(data: DataSet, n_halves: int, seed: int) -> Array:
    """Scores of every candidate on half-samples, shape (n_halves, n_models, 5)."""
    units = units_of(data.labels, "classification", data.groups)
    halves = draw_halves(units, n_halves=n_halves, seed=seed)
    found = []
    for own in data.features.values():
        inputs = prepare_inputs(own, labels=data.labels)
        found.append([_score(inputs.take(rows)) for rows in halves.rows])
    return np.array(found).transpose(1, 0, 2)


def _intervals(setting: Setting, full: Found, halves: Found, seed: int) -> dict[str, RankIntervals]:
    """Intervals of every metric and of the consensus."""
    models = setting.models
    scores = {name: dict(zip(models, own.tolist(), strict=True)) for name, own in full.items()}
    of = {name: dict(zip(models, own.T.tolist(), strict=True)) for name, own in halves.items()}
    better = {name: METRICS[name].higher_is_better for name in NAMES}
    found = {
        name: rank_intervals(scores[name], of[name], higher_is_better=better[name], seed=seed)
        for name in NAMES
    }
    voting = Voting(dict.fromkeys(NAMES, 1.0))
    found[CONSENSUS] = consensus_intervals(scores, of, voting=voting, higher_is_better=better, seed=seed)
    return found


def _grown(setting: Setting, halves: Found) -> Found:
    """Half-samples' scores as a run hands them on: sums over the samples of wide features count double."""
    wide = [m for m, width in zip(setting.models, setting.widths, strict=True) if width >= setting.n_samples]
    named = dict(zip(setting.models, halves["transrate"].T.tolist(), strict=True))
    grown = rescale_deviations(named, dict.fromkeys(wide, 2.0))
    return {**halves, "transrate": np.array(list(grown.values())).T}


def _population(setting: Setting, fresh: Found) -> dict[str, list[tuple[int, int]]]:
    """Least and greatest population rank of each model: two numbers where it shares them."""
    ranks = np.stack([rankdata(-own, axis=-1) for own in fresh.values()])
    values = {name: own.mean(axis=0) for name, own in fresh.items()}
    values[CONSENSUS] = -ranks.mean(axis=(0, 1))
    found = {}
    for name, own in values.items():
        same = [setting.exchangeable if j in setting.exchangeable else (j,) for j in range(len(own))]
        level = np.array([own[list(group)].mean() for group in same])
        first = [1 + int(np.sum(level > level[j])) for j in range(len(own))]
        found[name] = [(low, low + len(group) - 1) for low, group in zip(first, same, strict=True)]
    return found


def study(name: str, *, n_sets: int, n_fresh: int, n_halves: int) -> list[Row]:
    """Simulate one setting.

    Parameters
    ----------
    name
        Of the setting.
    n_sets
        Data sets whose intervals are looked at.
    n_fresh
        Data sets that the population ranks, and the intervals from fresh samples, come from.
    n_halves
        Half-samples of each data set.
    """
    setting = SETTINGS[name]
    fresh = _joined(
        np.array([_scores_of(setting.draw(np.random.default_rng([1, r]))) for r in range(n_fresh)])
    )
    truth = _population(setting, fresh)
    rng = np.random.default_rng(0)
    holds: dict[str, list[list[bool]]] = {of: [] for of in truth}
    widths: dict[str, list[tuple[float, float]]] = {of: [] for of in truth}
    ties: dict[str, list[bool]] = {of: [] for of in truth}
    noise = {setting.models[j] for j in setting.exchangeable}
    for r in range(n_sets):
        data = setting.draw(np.random.default_rng([2, r]))
        full = _joined(_scores_of(data))
        own = _intervals(setting, full, _grown(setting, _joined(_halves_of(data, n_halves, r))), r)
        chosen = rng.permutation(n_fresh)[:n_halves]
        # Fresh data sets need no margin: theirs is the spread itself.
        afresh = {of: values[chosen] / MARGIN for of, values in fresh.items()}
        ideal = _intervals(setting, full, afresh, r)
        for of, ranks in truth.items():
            pairs = [own[of].intervals[model] for model in setting.models]
            holds[of].append([lo <= a and b <= hi for (lo, hi), (a, b) in zip(pairs, ranks, strict=True)])
            widths[of].append((_width(own[of]), _width(ideal[of])))
            ties[of].append(any(noise <= set(group) for group in own[of].ties))
    return [
        Row(
            name,
            of,
            float(np.mean(holds[of])),
            float(np.mean(holds[of], axis=0).min()),
            *np.mean(widths[of], axis=0).tolist(),
            tied=float(np.mean(ties[of])) if noise else None,
        )
        for of in truth
    ]


def _width(found: RankIntervals) -> float:
    """Mean number of ranks that an interval holds."""
    return float(np.mean([high - low + 1 for low, high in found.intervals.values()]))


def table(rows: Sequence[Row]) -> str:
    """Markdown: one line for each setting and metric."""
    lines = [
        "| setting | of | coverage | worst model | width | from fresh samples | ratio | noise tied |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        tied = "" if row.tied is None else f"{row.tied:.3f}"
        lines.append(
            f"| {row.setting} | {row.of} | {row.coverage:.3f} | {row.worst:.3f} | {row.width:.2f} | "
            f"{row.fresh_width:.2f} | {row.width / row.fresh_width:.2f} | {tied} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table of some settings."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.coverage")
    parser.add_argument("--sets", type=int, default=300)
    parser.add_argument("--fresh", type=int, default=2000)
    parser.add_argument("--halves", type=int, default=100)
    parser.add_argument("--settings", default=",".join(SETTINGS), help="comma-separated names")
    options = parser.parse_args(arguments)
    rows = []
    for name in options.settings.split(","):
        rows += study(name, n_sets=options.sets, n_fresh=options.fresh, n_halves=options.halves)
    sys.stdout.write(table(rows) + "\n")


if __name__ == "__main__":
    main()
