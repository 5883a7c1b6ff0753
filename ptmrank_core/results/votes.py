"""What the vote of a run rests on: priors, doubts and probes of its metrics and models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import VoteContext, collect_losses
from ptmrank_core.records import ProbeResult, Ranking, RunResult

__all__ = [
    "MAJORITY",
    "SCALE",
    "WIDTH",
    "doubts_of",
    "probes_of",
    "vote_context_of",
    "vote_notes",
    "voters_of",
]

MAJORITY = 0.5
WIDTH, SCALE = "the width of the features", "the scale of the features"


def voters_of(planned: Sequence[str]) -> list[str]:
    """Metrics of a plan that may vote: default forms; variants only where no default form was chosen."""
    return [name for name in planned if not METRICS[name].is_variant] or list(planned)


def probes_of(result: RunResult) -> dict[str, ProbeResult]:
    """Collect the probe of each candidate that has one, in the order of the plan."""
    probes = result.contents(ProbeResult)
    return {spec.id: probes[spec.id] for spec in result.plan.candidates if spec.id in probes}


def vote_context_of(result: RunResult) -> VoteContext:
    """Collect what is known of the metrics, and of the models of a run, besides the scores."""
    result = result.of_candidates()
    probes = probes_of(result)
    widths = {
        model: float(outcome.n_features)
        for model, outcome in result.outcomes.items()
        if outcome.n_features is not None
    }
    return VoteContext(
        priors={name: METRICS[name].prior_agreement for name in result.plan.metrics},
        doubts=doubts_of(result.plan.metrics, widths, result.samples.n_samples),
        traits={WIDTH: widths, SCALE: {model: probe.scale for model, probe in probes.items()}},
        probe=collect_losses({model: np.array(probe.losses) for model, probe in probes.items()}),
        titles={name: METRICS[name].title for name in result.plan.metrics},
    )


def doubts_of(metrics: Iterable[str], widths: Mapping[str, float], n_samples: int) -> dict[str, str]:
    """Doubt metrics that reward wide features, where widths differ and samples are few for them.

    Parameters
    ----------
    metrics
        Names in the registry.
    widths
        Model -> width of its features.
    n_samples
        Number of samples.

    Returns
    -------
    dict
        Metric -> why, one sentence; empty where no model has more than half as many features as samples.
    """
    if len(set(widths.values())) < 2 or 2 * max(widths.values()) < n_samples:
        return {}
    widest = max(widths.values())
    reason = (
        f"it rewards wide features whatever they hold, and here widths differ, up to {widest:.0f} for"
        f" {n_samples} samples."
    )
    return {name: reason for name in metrics if METRICS[name].rewards_width}


def vote_notes(ranking: Ranking, context: VoteContext) -> tuple[str, ...]:
    """Write notes on a vote as a whole: what its weights alone do not show.

    Parameters
    ----------
    ranking
        An order with its votes.
    context
        What they rest on.

    Returns
    -------
    tuple of str
        Whether it amounts to a single metric's order, and whether a probe took part.
    """
    notes = []
    first = max(ranking.metrics_used, key=lambda name: ranking.votes[name].weight)
    share, title = ranking.votes[first].weight, METRICS[first].title
    places = ranking.ranks[first]
    model_places = [places[model] for model in ranking.order if model in places]
    if len(ranking.metrics_used) == 1:
        notes.append(f"{title} alone votes.")
    elif (
        share >= MAJORITY and len(model_places) == len(ranking.order) and model_places == sorted(model_places)
    ):
        notes.append(
            f"{title} decides the order alone: it holds {share:.0%} of the vote, and the other metrics have"
            " too little weight to change it."
        )
    elif share >= MAJORITY:
        notes.append(
            f"{title} holds the majority, {share:.0%} of the vote; the others decide where it is close."
        )
    if context.probe is None:
        notes.append(
            "No linear probe has been fitted (yet): the weights rest on what is known of the metrics from"
            " other data."
        )
    return tuple(notes)
