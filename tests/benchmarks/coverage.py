"""Coverage of rank intervals, by simulation of data sets whose population is known.

    python -m tests.benchmarks.coverage [--sets N] [--fresh N] [--parts N] [--settings NAMES]

A model's population rank is the rank of its expected score at this number of samples: the mean over
``--fresh`` data sets drawn afresh. Every further data set is scored on parts as a run does; its intervals are
those of :func:`~ptmrank_core.results.intervals.with_intervals`, under each metric and for their consensus.
Aims, for every setting, metric and the consensus: a 90 % interval holds the population rank in at least 88 %
(mean over all models that have one; where there is none the reason is said), and candidates that are noise of
equal width and scale share one tie group, as far as they have intervals, in at least 93 % of the data sets. A
model without an interval is neither covered nor told apart: it does not count, and the table says how many
there are. Candidates that are the same in distribution share their ranks, and an interval has to hold all of
them.

Two kinds of populations: features that real metrics score (``SETTINGS``), and scores that are means over the
samples (``MEANS``), which are simulated quickly for many models, and for voters with and without parts.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from ptmrank_core.benchmark.analyses.rank_intervals import combine_parts, growth_of
from ptmrank_core.errors import InputError
from ptmrank_core.metrics import METRICS, MetricInputs, join_scores, prepare_inputs, score_parts
from ptmrank_core.pieces.scoring import score_cells
from ptmrank_core.records import HalfSampleScores, ModelHalfSamples, RankIntervals, Score, ScoreParts
from ptmrank_core.sampling import SampleParts, draw_parts, units_of
from tests.benchmarks.coverage_means import MEANS
from tests.benchmarks.coverage_settings import SETTINGS, DataSet, Setting
from tests.benchmarks.simulated_runs import ranking_of

__all__ = ["CONSENSUS", "Row", "study", "table"]

Array = NDArray[np.float64]
Places = list[tuple[int, int]]
# What a data set has for one metric or the consensus; None where there are no intervals.
Found = Mapping[str, RankIntervals | None]

CONSENSUS = "consensus"


@dataclass(frozen=True)
class Row:
    """What a setting gave for one metric or the consensus.

    ``coverage`` (mean, and that of the worst model) and ``width`` are of the models with intervals;
    ``share_without`` is the share of models, over all data sets, that have none. ``tied`` is the share of
    data sets in which the exchangeable candidates with intervals, two or more, are one group.
    """

    setting: str
    of: str
    coverage: float
    worst: float
    width: float
    share_without: float
    tied: float | None

    @property
    def keeps_its_promise(self) -> bool:
        """Whether it meets the aims; without intervals nothing is promised."""
        is_tied = self.tied is None or self.tied >= 0.93
        return self.share_without == 1 or (self.coverage >= 0.88 and is_tied)


def _scores_of(setting: Setting, inputs: MetricInputs) -> dict[str, ScoreParts]:
    """Scores of one candidate under every metric of the setting that has one."""
    cells = score_cells("m", inputs, setting.metrics)
    return {cell.metric: score_parts(cell) for cell in cells if isinstance(cell, Score)}


def _inputs_of(data: DataSet) -> dict[str, MetricInputs]:
    """Checked arrays of every candidate, with a reference set of noise for the metric that takes one."""
    rng = np.random.default_rng(5)
    return {
        model: prepare_inputs(
            own, labels=data.labels, reference_embeddings=rng.standard_normal((60, own.shape[1]))
        )
        for model, own in data.features.items()
    }


def _full(setting: Setting, data: DataSet) -> dict[str, dict[str, ScoreParts]]:
    """Scores on all samples: metric -> model -> parts of the score."""
    scored = {model: _scores_of(setting, inputs) for model, inputs in _inputs_of(data).items()}
    return {name: {model: own[name] for model, own in scored.items()} for name in setting.metrics}


def _joined(full: Mapping[str, Mapping[str, ScoreParts]]) -> dict[str, dict[str, float]]:
    return {name: join_scores(name, own) for name, own in full.items()}


def _contents(
    setting: Setting, data: DataSet, full: Mapping[str, Mapping[str, ScoreParts]], parts: SampleParts
) -> dict[str, HalfSampleScores]:
    """Scores on parts, as the stage of a run stores them."""
    by_model = {}
    for model, inputs in _inputs_of(data).items():
        drawn = [_scores_of(setting, inputs.take(rows)) for rows in parts.rows]
        scores = {name: tuple(own.get(name) for own in drawn) for name in setting.metrics}
        by_model[model] = ModelHalfSamples(
            scores, growth_of((inputs.n_samples, inputs.n_features), dict.fromkeys(setting.metrics, 1), parts)
        )
    return {name: combine_parts(name, by_model, parts, full[name]) for name in setting.metrics}


def _intervals_of(setting: Setting, data: DataSet, n_parts: int, seed: int) -> Found:
    """Intervals of one data set, under every metric and of the consensus with equal votes."""
    full = _full(setting, data)
    try:
        parts = draw_parts(units_of(data.labels, "classification", data.groups), n_parts=n_parts, seed=seed)
    except InputError:
        return dict.fromkeys((*setting.metrics, CONSENSUS))
    ranking = ranking_of(
        _joined(full),
        _contents(setting, data, full, parts),
        weights=dict.fromkeys(setting.metrics, 1.0),
        labels=data.labels,
        groups=data.groups,
        widths=dict(zip(setting.models, setting.widths, strict=True)),
        seed=seed,
    )
    return {
        **{name: ranking.metric_intervals.get(name) for name in setting.metrics},
        CONSENSUS: ranking.intervals,
    }


def _population(setting: Setting, n_fresh: int) -> dict[str, Places]:
    """Least and greatest population rank of each model: two numbers where it shares them."""
    drawn = [setting.draw(np.random.default_rng([1, r])) for r in range(n_fresh)]
    scores = [_joined(_full(setting, data)) for data in drawn]
    values, ranks = {}, []
    for name in setting.metrics:
        sign = 1 if METRICS[name].higher_is_better else -1
        own = sign * np.array([[one[name][model] for model in setting.models] for one in scores])
        values[name] = own.mean(axis=0)
        ranks.append(rankdata(-own, axis=-1).mean(axis=0))
    values[CONSENSUS] = -np.mean(ranks, axis=0)
    return {name: places_of(own, setting.exchangeable) for name, own in values.items()}


def places_of(values: Array, exchangeable: Sequence[int]) -> Places:
    """Least and greatest rank of each model by its expected value, higher is better."""
    same = [tuple(exchangeable) if j in exchangeable else (j,) for j in range(len(values))]
    level = np.array([values[list(group)].mean() for group in same])
    first = [1 + int(np.sum(level > level[j] + 1e-12)) for j in range(len(values))]
    return [(low, low + len(group) - 1) for low, group in zip(first, same, strict=True)]


def study(name: str, *, n_sets: int, n_fresh: int, n_parts: int) -> list[Row]:
    """Simulate one setting.

    Parameters
    ----------
    name
        Of the setting.
    n_sets
        Data sets whose intervals are looked at.
    n_fresh
        Data sets that the population ranks come from.
    n_parts
        Parts of each data set.
    """
    if name in MEANS:
        means = MEANS[name]
        truth = {of: places_of(means.expected, means.exchangeable) for of in (*means.metrics, CONSENSUS)}
        found = []
        for r in range(n_sets):
            ranking = means.ranking(np.random.default_rng([2, r]), n_parts, r)
            found.append(
                {**dict.fromkeys(means.metrics), **ranking.metric_intervals, CONSENSUS: ranking.intervals}
            )
        return _rows(name, truth, found, means.models, means.exchangeable)
    setting = SETTINGS[name]
    truth = _population(setting, n_fresh)
    drawn = [setting.draw(np.random.default_rng([2, r])) for r in range(n_sets)]
    found = [_intervals_of(setting, data, n_parts, r) for r, data in enumerate(drawn)]
    return _rows(name, truth, found, setting.models, setting.exchangeable)


def _rows(
    name: str,
    truth: Mapping[str, Places],
    found: Sequence[Found],
    models: Sequence[str],
    exchangeable: Sequence[int],
) -> list[Row]:
    """Sum up what the data sets gave, for each metric and the consensus."""
    noise = {models[j] for j in exchangeable}
    return [
        _row(name, of, [one[of] for one in found], dict(zip(models, places, strict=True)), noise)
        for of, places in truth.items()
    ]


def _row(
    name: str,
    of: str,
    found: Sequence[RankIntervals | None],
    truth: Mapping[str, tuple[int, int]],
    noise: set[str],
) -> Row:
    """Sum up what the data sets gave for one metric or the consensus."""
    known = [own for own in found if own is not None]
    held = np.full((len(found), len(truth)), np.nan)
    for row, own in zip(held, found, strict=True):
        for j, (model, (low, high)) in enumerate(truth.items()):
            if own is not None and (span := own.intervals.get(model)):
                row[j] = span[0] <= low and high <= span[1]
    of_model = [own[~np.isnan(own)].mean() for own in held.T if not np.isnan(own).all()]
    widths = [1 + last - first for own in known for first, last in own.intervals.values()]
    told = [(noise & own.intervals.keys(), own.ties) for own in known]
    tied = [any(these <= set(group) for group in ties) for these, ties in told if len(these) > 1]
    return Row(
        name,
        of,
        coverage=float(np.nanmean(held)) if widths else np.nan,
        worst=float(min(of_model, default=np.nan)),
        width=float(np.mean(widths)) if widths else np.nan,
        share_without=float(np.isnan(held).mean()),
        tied=float(np.mean(tied)) if tied else None,
    )


def table(rows: Sequence[Row]) -> str:
    """Markdown: one line for each setting and metric."""
    lines = [
        "| setting | of | coverage | worst model | width | no interval | noise tied |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        tied = "" if row.tied is None else f"{row.tied:.3f}"
        lines.append(
            f"| {row.setting} | {row.of} | {row.coverage:.3f} | {row.worst:.3f} | {row.width:.2f} | "
            f"{row.share_without:.2f} | {tied} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table of some settings."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.coverage")
    parser.add_argument("--sets", type=int, default=300)
    parser.add_argument("--fresh", type=int, default=2000)
    parser.add_argument("--parts", type=int, default=60)
    parser.add_argument("--settings", default=";".join((*SETTINGS, *MEANS)), help="names, separated by ;")
    options = parser.parse_args(arguments)
    for name in options.settings.split(";"):
        rows = study(name, n_sets=options.sets, n_fresh=options.fresh, n_parts=options.parts)
        sys.stdout.write(table(rows) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
