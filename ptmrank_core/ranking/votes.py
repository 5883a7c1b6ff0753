"""Which metrics decide the order of the models, with what weight, and why.

Equal votes are not good enough: saturated, scale-driven and degenerate metrics vote like the others, and on
real zoos they outvote the one that is right. So a metric that says nothing on these data is left out; near
copies share one vote; and each counts by how well it is known, from other data and from a linear probe on the
user's own samples, to agree with what the models reach. The probe sets weights; it does not vote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ptmrank_core.errors import InputError
from ptmrank_core.ranking.agreement import cluster_metrics, kendall
from ptmrank_core.ranking.consensus import ModelScores, Scores, rank_models
from ptmrank_core.ranking.prior_calibration import (
    PriorCalibration,
    ProbeEvidence,
    best_weight,
    combine_with_prior,
)
from ptmrank_core.records import Vote

__all__ = ["UNKNOWN_PRIOR", "VoteContext", "cast_votes"]

# Orders that agree this far look at the same thing: they share one vote.
COPY_TAU = 0.8
# An order that is this close to that of the widths or of the scales is theirs.
EXPLAINED_TAU = 0.9
MIN_TO_EXPLAIN = 5
# Where the probe bears an order out this far, it may follow the widths: wide models are the better ones.
BORNE_OUT = 0.5
# A share below this is shown as none: it moves nothing.
MIN_SHARE = 0.01
# Agreement expected of a metric of which nothing is known.
UNKNOWN_PRIOR = 0.2


@dataclass(frozen=True)
class VoteContext:
    """What is known besides the scores; ranking itself knows no metric.

    Parameters
    ----------
    priors
        Metric -> weighted tau with the truth that other data lead to expect, in (-1, 1).
    doubts
        Metric -> why it cannot be trusted on these data, one sentence; only where that is known.
    traits
        What could explain an order without any merit of the models: its name ("the width of the features") ->
        model -> number.
    probe
        What a linear probe found; ``None`` where it was not fitted (yet).
    titles
        Metric -> how people write it.
    """

    priors: Mapping[str, float] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)
    traits: Mapping[str, ModelScores] = field(default_factory=dict)
    probe: ProbeEvidence | None = None
    titles: Mapping[str, str] = field(default_factory=dict)


def cast_votes(
    scores: Scores, *, voters: Sequence[str], higher_is_better: Mapping[str, bool], known: VoteContext
) -> dict[str, Vote]:
    """Say what every metric with a score counts, and why.

    Parameters
    ----------
    scores
        Metric -> model -> finite score.
    voters
        Metrics that may vote, in the order of the plan.
    higher_is_better
        Direction of every metric in ``scores``.
    known
        What is known of metrics, models and samples.

    Returns
    -------
    dict
        For each metric with a score its vote; the weights sum to 1. Where nothing that may vote is fit to,
        all of it votes by what is known of it, and the reasons say so.

    Raises
    ------
    InputError
        No voter at all.
    """
    if not voters:
        raise InputError("Expected at least one voting metric.")
    ranks = {
        name: rank_models(own, higher_is_better=higher_is_better[name]) for name, own in scores.items() if own
    }
    may_vote = [name for name in dict.fromkeys(voters) if name in ranks]
    standings = {
        name: combine_with_prior(ranks[name], known.priors.get(name, UNKNOWN_PRIOR), known.probe)
        for name in may_vote
    }
    n_models = len({model for name in may_vote for model in ranks[name]})
    unfit = {
        name: reason
        for name in may_vote
        if (reason := _unfit(name, ranks[name], n_models, standings[name], known))
    }
    fit = [name for name in may_vote if name not in unfit]
    if not fit:
        return _last_resort(ranks, may_vote, standings, unfit)
    weights, copies = _weights({name: ranks[name] for name in fit}, standings)
    votes = {}
    for name in ranks:
        if name in weights:
            reason = _reason(standings[name], copies[name], known)
            votes[name] = Vote(
                weights[name], reason if weights[name] else f"Left out as next to nothing. {reason}"
            )
        else:
            votes[name] = Vote(0.0, unfit.get(name, "A variant: only default forms vote."))
    return votes


def _unfit(
    name: str, ranks: ModelScores, n_models: int, standing: PriorCalibration, known: VoteContext
) -> str:
    """Say why a metric is left out; empty where it is not."""
    largest = max(Counter(ranks.values()).values())
    if 2 * len(ranks) < n_models:
        why = f"it has a score for {len(ranks)} of {n_models} models only."
    elif largest > 1 and 2 * largest > len(ranks):
        why = f"{largest} of {len(ranks)} models tie, so it hardly tells them apart."
    elif name in known.doubts:
        why = known.doubts[name]
    elif trait := _explained(ranks, standing, known):
        why = f"its order is that of {trait}, which the linear probe does not bear out."
    elif standing.agreement > 0:
        why = ""
    elif standing.found is None:
        why = f"other data lead to expect nothing of it (agreement {standing.prior:+.2f})."
    else:
        why = f"it agrees with the linear probe no more than chance would ({standing.found:+.2f})."
    return f"Left out: {why}" if why else ""


def _explained(ranks: ModelScores, standing: PriorCalibration, known: VoteContext) -> str:
    """Name the trait of the models that an order is explained by, with its tau; empty where there is none."""
    if standing.found is None or standing.found >= BORNE_OUT:
        return ""
    for trait, numbers in known.traits.items():
        both = {model: value for model, value in numbers.items() if model in ranks}
        if len(set(both.values())) >= MIN_TO_EXPLAIN:
            tau, _ = kendall({model: -ranks[model] for model in both}, both)
            if abs(tau) >= EXPLAINED_TAU:
                return f"{trait} (tau {tau:+.2f})"
    return ""


def _weights(
    ranks: Scores, standings: Mapping[str, PriorCalibration]
) -> tuple[dict[str, float], dict[str, tuple[str, ...]]]:
    """Weights that sum to 1, and the near copies of each metric.

    A cluster of near copies has the weight of its best member, divided by what each would have alone.
    """
    names = tuple(ranks)
    alone = {name: best_weight(standings[name].agreement) for name in names}
    weights: dict[str, float] = {}
    copies: dict[str, tuple[str, ...]] = {}
    for members in cluster_metrics(ranks, COPY_TAU):
        total = sum(alone[name] for name in members)
        for name in members:
            weights[name] = alone[name] / total * max(alone[other] for other in members)
            copies[name] = tuple(other for other in members if other != name)
    least = MIN_SHARE * sum(weights.values())
    whole = sum(weight for weight in weights.values() if weight >= least)
    shares = {name: weights[name] / whole if weights[name] >= least else 0.0 for name in names}
    return shares, copies


def _reason(standing: PriorCalibration, copies: Sequence[str], known: VoteContext) -> str:
    said = f"Other data lead to expect an agreement of {standing.prior:+.2f} with the truth"
    if standing.found is not None:
        said = (
            f"Agrees {standing.found:+.2f} with the linear probe on these samples; other data lead to expect"
            f" {standing.prior:+.2f}; {standing.agreement:+.2f} together"
        )
    elif known.probe is not None:
        said += "; the linear probe tells too few models apart to say more"
    if copies:
        others = ", ".join(known.titles.get(other, other) for other in copies)
        said += f". Shares a vote with {others}: nearly the same order"
    return f"{said}."


def _last_resort(
    ranks: Scores,
    may_vote: Sequence[str],
    standings: Mapping[str, PriorCalibration],
    unfit: Mapping[str, str],
) -> dict[str, Vote]:
    """Let those vote that would have been left out: there is nobody else."""
    alone = np.array([best_weight(standings[name].agreement) for name in may_vote])
    alone = alone if alone.sum() > 0 else np.ones(len(may_vote))
    shares = dict(zip(may_vote, (alone / alone.sum()).tolist(), strict=True)) if may_vote else {}
    return {
        name: Vote(
            shares.get(name, 0.0),
            f"Votes for want of a better one. {unfit[name]}"
            if name in unfit
            else "A variant: only default forms vote.",
        )
        for name in ranks
    }
