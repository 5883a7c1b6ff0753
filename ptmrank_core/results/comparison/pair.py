"""Two runs side by side: which models moved, how alike the orders are, and what was different."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import kendall
from ptmrank_core.records import ModelOutcome, Ranking, RunResult
from ptmrank_core.results.phrases import plural
from ptmrank_core.results.ranking import rank_result

__all__ = [
    "Comparison",
    "Difference",
    "Likeness",
    "Move",
    "compare_runs",
    "comparison_sentence",
    "features_of",
    "likeness_of",
    "parts_apart",
    "shown_value",
]

MOST_NAMED = 5
DIGEST, SHOWN_CHARS = re.compile(r"\b[0-9a-f]{40,64}\b"), 12


@dataclass(frozen=True, slots=True)
class Move:
    """One model in both runs.

    Parameters
    ----------
    model
        Its id.
    first, second
        Its place in each run among the models that both rank; ``None`` where it is in the run but has no rank
        in one of them.
    """

    model: str
    first: int | None
    second: int | None

    @property
    def change(self) -> int | None:
        """Places gained from the first run to the second; ``None`` where it has no place in one."""
        return None if self.first is None or self.second is None else self.first - self.second


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two orders are.

    Parameters
    ----------
    tau
        Kendall's tau-b: 1 is the same order; ``None`` for fewer than three models, or where all are tied.
    n_models
        Models with a rank in both.
    """

    tau: float | None
    n_models: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that the runs differ in; ``None`` where it is not known or not there."""

    name: str
    first: str | None
    second: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side.

    Parameters
    ----------
    first, second
        Ids of the runs.
    moves
        Models of both runs, those with a place first, in the order of the first run.
    only_first, only_second
        Models of one run alone.
    order
        How alike the orders by all voting metrics are.
    metrics
        How alike the orders under each metric of both runs are.
    metrics_only_first, metrics_only_second
        Metrics of one run alone.
    differences
        What else the runs differ in, the most important first.
    """

    first: str
    second: str
    moves: tuple[Move, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    order: Likeness
    metrics: Mapping[str, Likeness]
    metrics_only_first: tuple[str, ...]
    metrics_only_second: tuple[str, ...]
    differences: tuple[Difference, ...]


def compare_runs(first: RunResult, second: RunResult) -> Comparison:
    """Compare two runs.

    Parameters
    ----------
    first, second
        Any two runs; models are the same where their ids are. Only candidates are compared.
    """
    rankings = (rank_result(first), rank_result(second))
    ids = [[spec.id for spec in run.plan.candidates] for run in (first, second)]
    shared = [model for model in ids[0] if model in ids[1]]
    common = [name for name in first.plan.metrics if name in second.plan.metrics]
    return Comparison(
        first=first.plan.run_id,
        second=second.plan.run_id,
        moves=_moves(rankings[0], rankings[1], shared),
        only_first=tuple(model for model in ids[0] if model not in shared),
        only_second=tuple(model for model in ids[1] if model not in shared),
        order=likeness_of(rankings[0].mean_ranks, rankings[1].mean_ranks),
        metrics={
            name: likeness_of(rankings[0].ranks.get(name, {}), rankings[1].ranks.get(name, {}))
            for name in common
        },
        metrics_only_first=tuple(name for name in first.plan.metrics if name not in common),
        metrics_only_second=tuple(name for name in second.plan.metrics if name not in common),
        differences=tuple(_differences(first, second)),
    )


def _moves(first: Ranking, second: Ranking, shared: list[str]) -> tuple[Move, ...]:
    """Give every shared model its places among the models that both runs rank."""
    ranked = [
        [model for model in ranking.order if model in other.mean_ranks]
        for ranking, other in ((first, second), (second, first))
    ]
    places = [{model: place for place, model in enumerate(order, start=1)} for order in ranked]
    without = [model for model in shared if model not in places[0]]
    return tuple(Move(model, places[0].get(model), places[1].get(model)) for model in (*ranked[0], *without))


def likeness_of(first: Mapping[str, float], second: Mapping[str, float]) -> Likeness:
    """Measure how alike two orders are, given as mean ranks by model."""
    tau, n_models = kendall(first, second)
    return Likeness(None if math.isnan(tau) else tau, n_models)


def _differences(first: RunResult, second: RunResult) -> Iterator[Difference]:
    """List what the numbers depend on, where the runs differ in it."""
    for name, (one_part, other_part) in parts_apart((first, second)):
        yield Difference(name, one_part, other_part)
    pairs = [(features_of(first), features_of(second))]
    pairs += [
        (features_of(outcome), features_of(second.outcomes[model]))
        for model, outcome in first.outcomes.items()
        if model in second.outcomes
    ]
    for one, other in pairs:
        for name in dict.fromkeys((*one, *other)):
            values = one.get(name), other.get(name)
            if values[0] != values[1]:
                yield Difference(name, *map(shown_value, values))


def parts_apart(results: Sequence[RunResult]) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """Name the candidates, controls and metrics that not all runs have: what each has beside the others."""
    for what in ("candidates", "controls", "metrics"):
        parts = [_parts(result, what) for result in results]
        rests = [[name for name in own if not all(name in other for other in parts)] for own in parts]
        if any(rests):
            yield what, tuple(_named(rest) for rest in rests)


def _parts(result: RunResult, what: str) -> list[str]:
    if what == "metrics":
        return [METRICS[name].title if name in METRICS else name for name in result.plan.metrics]
    return [spec.id for spec in getattr(result.plan, what)]


def _named(names: Sequence[str]) -> str | None:
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}" if names else None


def features_of(part: RunResult | ModelOutcome) -> dict[str, Any]:
    """Collect what the numbers of a run, or the scores of one model of it, depend on."""
    return _model_facts(part) if isinstance(part, ModelOutcome) else _facts(part)


def shown_value(value: Any) -> str | None:
    """Write a value; digests and commits are shortened to their first characters."""
    text = "" if value is None else DIGEST.sub(lambda match: match[0][:SHOWN_CHARS], str(value))
    return text or None


def _facts(run: RunResult) -> dict[str, Any]:
    """Collect the inputs and settings of a run."""
    plan, samples = run.plan, run.samples
    facts: dict[str, Any] = {
        "task": plan.task,
        "samples": plan.shown_source,
        "fingerprint of the samples": plan.samples_fingerprint,
        "number of samples": samples.n_samples,
        "number of classes": len(samples.class_counts),
        "number of groups": samples.n_groups,
        "modality": samples.modality,
        "labels": samples.target_kind,
    }
    for name in ("text_columns", "label_columns", "group_column", "max_samples"):
        value = getattr(plan.reading, name)
        facts[name.replace("_", " ")] = ", ".join(value) if isinstance(value, tuple) else value
    for name in ("dtype", "device", "batch_size", "layers"):
        facts[name.replace("_", " ")] = getattr(plan.options, name)
    facts |= {
        "unit of the features": plan.normalise,
        "seed": plan.seed,
        "reference set": plan.reference_source,
        "source samples": plan.source_samples,
        "label encoder": plan.label_encoder.id if plan.label_encoder else None,
    }
    environment = {name.replace("_", " "): value for name, value in run.environment.items()}
    return facts | {name: value for name, value in environment.items() if name not in facts}


def _model_facts(outcome: ModelOutcome) -> dict[str, Any]:
    """Collect what the scores of one model depend on."""
    model = outcome.spec.id
    return {
        f"revision of {model}": outcome.spec.revision,
        f"width of {model}": outcome.n_features,
        f"number format of {model}": outcome.report.dtype,
    }


def comparison_sentence(comparison: Comparison) -> str:
    """Summarise a comparison in a sentence or two."""
    placed = [move for move in comparison.moves if move.change is not None]
    if not placed:
        return "No model has a rank in both runs: there is nothing to compare."
    moved = [move for move in placed if move.change]
    best = [next(move.model for move in placed if getattr(move, run) == 1) for run in ("first", "second")]
    sentence = f"{len(moved)} of {plural(len(placed), 'model')} changed places"
    if comparison.order.tau is not None:
        sentence += f"; the orders agree with a Kendall τ of {comparison.order.tau:.2f}"
    if best[0] == best[1]:
        return f"{sentence}. {best[0]} is first in both."
    return f"{sentence}. {best[0]} is first in one, {best[1]} in the other."
