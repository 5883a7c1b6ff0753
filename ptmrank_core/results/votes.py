"""What the vote of a run rests on: priors, doubts and probes of its metrics and models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

import numpy as np

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import PriorTaus, ProbeEvidence, VoteContext, collect_losses
from ptmrank_core.records import ModelSpec, PriorAgreement, ProbeResult, Ranking, RunResult
from ptmrank_core.results.phrases import bidi_isolate

__all__ = [
    "MAJORITY",
    "SCALE",
    "WIDTH",
    "doubts_of",
    "prior_taus",
    "probe_evidence_of",
    "probes_of",
    "vote_context_of",
    "vote_notes",
    "voters_of",
]

MAJORITY = 0.5
# With no more than twice as many samples as features, the figures for few samples count.
FEW = 2.0
# Widths within this factor are alike.
ALIKE = 2.0
WIDTH, SCALE = "the width of the features", "the scale of the features"


def voters_of(planned: Sequence[str]) -> list[str]:
    """Metrics of a plan that may vote: default forms; variants only where no default form was chosen."""
    return [name for name in planned if not METRICS[name].is_variant] or list(planned)


def probes_of(result: RunResult) -> dict[str, ProbeResult]:
    """Collect the probe of each candidate that has one, in the order of the plan."""
    probes = result.contents(ProbeResult)
    return {spec.id: probes[spec.id] for spec in result.plan.candidates if spec.id in probes}


def probe_evidence_of(result: RunResult) -> ProbeEvidence | None:
    """Collect what the linear probe distinguishes between the candidates; ``None`` without a probe."""
    probes = probes_of(result)
    groups = next((probe.groups for probe in probes.values()), ())
    return collect_losses({model: np.array(probe.losses) for model, probe in probes.items()}, groups)


def prior_taus(prior: PriorAgreement, *, few: bool = False) -> PriorTaus:
    """Say what other data show of a metric, in the form in which the vote takes it.

    Parameters
    ----------
    prior
        The facts of the metric.
    few
        Whether there are few samples for the width of the features.
    """
    return PriorTaus(prior.taus(few=few), prior.n_sets, len(prior.probed))


def vote_context_of(result: RunResult) -> VoteContext:
    """Collect what is known of the metrics, and of the candidates of a run, besides the scores."""
    probes = probes_of(result)
    widths = _widths(result)
    n_samples = result.samples.n_samples
    few = bool(widths) and n_samples <= FEW * median(widths.values())
    return VoteContext(
        priors={name: prior_taus(METRICS[name].prior_agreement, few=few) for name in result.plan.metrics},
        doubts=doubts_of(result.plan.metrics, widths, n_samples),
        traits={WIDTH: widths, SCALE: {model: probe.scale for model, probe in probes.items()}},
        probe=probe_evidence_of(result),
        titles={name: METRICS[name].title for name in result.plan.metrics},
    )


def _widths(result: RunResult) -> dict[str, float]:
    """Widths of the candidates' features, as far as they are known."""
    outcomes = {spec.id: result.outcomes.get(spec.id) for spec in result.plan.candidates}
    return {
        model: float(outcome.n_features)
        for model, outcome in outcomes.items()
        if outcome is not None and outcome.n_features is not None
    }


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


def vote_notes(ranking: Ranking, context: VoteContext, result: RunResult) -> tuple[str, ...]:
    """Write notes on a vote as a whole: what its weights alone do not show.

    Parameters
    ----------
    ranking
        An order with its votes.
    context
        What they rest on.
    result
        The run.

    Returns
    -------
    tuple of str
        Whether it amounts to a single metric's order, whether a probe took part, and where the vote is known
        to be no better than something simpler.
    """
    notes = [*_majority_notes(ranking)]
    if context.probe is None:
        notes.append(
            "No linear probe has been fitted (yet): the weights rest on what is known of the metrics from"
            " other data."
        )
    if result.samples.target_kind != "classification":
        notes.append(
            "How well metrics agree with fine-tuning was measured for classes only; the weights here are"
            " those."
        )
    return (*notes, *_size_notes(ranking, result))


def _majority_notes(ranking: Ranking) -> list[str]:
    """Say whether one metric decides."""
    first = max(ranking.metrics_used, key=lambda name: ranking.votes[name].weight)
    share, title = ranking.votes[first].weight, METRICS[first].title
    places = ranking.ranks[first]
    model_places = [places[model] for model in ranking.order if model in places]
    if len(ranking.metrics_used) == 1:
        return [f"{title} alone votes."]
    if share < MAJORITY:
        return []
    if len(model_places) == len(ranking.order) and model_places == sorted(model_places):
        return [
            (
                f"{title} decides the order alone: it holds {share:.0%} of the vote, and the other metrics"
                " have too little weight to change it."
            )
        ]
    return [f"{title} holds the majority, {share:.0%} of the vote; the others decide where it is close."]


def _size_notes(ranking: Ranking, result: RunResult) -> list[str]:
    """Say that models of like width may as well be ordered by size, where these differ in size."""
    widths = _widths(result)
    sizes = {spec.id: spec.n_parameters for spec in _specs(result) if spec.id in ranking.mean_ranks}
    known = {model: size for model, size in sizes.items() if size}
    if len(known) < max(len(ranking.order), 3) or max(known.values()) < ALIKE * min(known.values()):
        return []
    if len(widths) < len(known) or max(widths.values()) > ALIKE * min(widths.values()):
        return []
    largest = max(known, key=lambda model: known[model])
    if largest == ranking.order[0]:
        return []
    return [
        (
            "These models are of like width. In published tables of such models, all pre-trained on the same"
            " data, their number of parameters predicted fine-tuning at least as well as any metric"
            f" (arXiv:2510.06448); the largest here is {bidi_isolate(largest)}."
        )
    ]


def _specs(result: RunResult) -> list[ModelSpec]:
    """Candidates with what was learnt of them when they ran."""
    return [
        outcome.spec if (outcome := result.outcomes.get(spec.id)) else spec for spec in result.plan.candidates
    ]
