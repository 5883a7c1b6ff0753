"""Which metrics decide the order of the models, with what weight, and why.

Equal votes of all metrics are not good enough: saturated, scale-driven and degenerate metrics vote like the
others, and on real zoos they outvote the one that is right. So a metric that is uninformative on these data
is left out, and so is one whose agreement with fine-tuning is much less certain than that of others; near
copies share one vote. What is expected of a metric comes from other data and from its agreement with a linear
probe on the user's own samples. The probe is evidence; it does not vote.
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
    PriorTaus,
    best_weight,
    combine_with_prior,
)
from ptmrank_core.ranking.probe_evidence import ProbeEvidence
from ptmrank_core.ranking.vote_reasons import VARIANT, fallback_reason, reason_for, too_uncertain
from ptmrank_core.records import Vote

__all__ = ["VoteContext", "cast_votes"]

# Metrics whose orders agree this far measure much the same thing: they share one vote. Left-out zoos prefer
# .7 to .8 (weighted tau of the vote .68 with fine-tuning, .88 with a probe) to .6 and .95 (.67, .85). Among
# few models any two orders may agree by chance.
COPY_TAU = 0.8
MIN_TO_CLUSTER = 6
# An order this close to that of the widths or of the scales is explained by them.
EXPLAINED_TAU = 0.9
MIN_TO_EXPLAIN = 5
# An order that the probe confirms this far may follow the widths: wide models are then the better ones.
CONFIRMED = 0.5
# A metric votes if its cautious agreement is this share of the best one's. Left-out zoos do not tell .5
# from .8: less lets metrics vote that once lost 24 points, more leaves the order to one of them.
LEAST_OF_BEST = 0.7
# A smaller weight changes nothing and is not counted.
MIN_SHARE = 0.01


@dataclass(frozen=True)
class VoteContext:
    """What is known besides the scores; ranking itself knows no metric.

    Parameters
    ----------
    priors
        Metric -> how well it agreed with fine-tuning on other data.
    doubts
        Metric -> why it cannot be trusted on these data, one sentence; only where there is a reason.
    traits
        What could explain an order without any merit of the models: its name ("the width of the features") ->
        model -> number.
    probe
        Results of the linear probe; ``None`` where it was not fitted (yet).
    titles
        Metric -> its name in sentences.
    """

    priors: Mapping[str, PriorTaus] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)
    traits: Mapping[str, ModelScores] = field(default_factory=dict)
    probe: ProbeEvidence | None = None
    titles: Mapping[str, str] = field(default_factory=dict)


def cast_votes(
    scores: Scores, *, voters: Sequence[str], higher_is_better: Mapping[str, bool], known: VoteContext
) -> dict[str, Vote]:
    """Weight the vote of every metric with a score, and give the reason.

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
        For each metric with a score its vote; the weights sum to 1. Where no voter qualifies, all of them
        vote by their expected agreement, and the reasons say so.

    Raises
    ------
    InputError
        No voter at all.
    """
    if not voters:
        raise InputError("Expected at least one voting metric.")
    ranks = {
        name: rank_models(values, higher_is_better=higher_is_better[name])
        for name, values in scores.items()
        if values
    }
    may_vote = [name for name in dict.fromkeys(voters) if name in ranks]
    calibrations = {
        name: combine_with_prior(ranks[name], known.priors.get(name, PriorTaus()), known.probe)
        for name in may_vote
    }
    n_models = len({model for name in may_vote for model in ranks[name]})
    unfit = {
        name: reason
        for name in may_vote
        if (reason := _unfit(name, ranks[name], n_models, calibrations[name], known))
    }
    unfit |= _uncertain({name: calibrations[name] for name in may_vote if name not in unfit}, known)
    fit = [name for name in may_vote if name not in unfit]
    if not fit:
        return _last_resort(ranks, may_vote, calibrations, unfit)
    weights, copies = _weights({name: ranks[name] for name in fit}, calibrations, n_models)
    votes = {}
    for name in ranks:
        if name in weights:
            others = tuple(known.titles.get(other, other) for other in copies[name])
            reason = reason_for(calibrations[name], others, has_probe=known.probe is not None)
            votes[name] = Vote(
                weights[name], reason if weights[name] else f"Weight below 1 %; not counted. {reason}"
            )
        else:
            votes[name] = Vote(0.0, unfit.get(name, VARIANT))
    return votes


def _unfit(
    name: str, ranks: ModelScores, n_models: int, calibration: PriorCalibration, known: VoteContext
) -> str:
    """Give the reason why a metric says nothing about these models; empty where it does."""
    largest = max(Counter(ranks.values()).values())
    if 2 * len(ranks) < n_models:
        why = f"it has a score for {len(ranks)} of {n_models} models only."
    elif largest > 1 and 2 * largest > len(ranks):
        why = f"{largest} of {len(ranks)} models tie, so it hardly distinguishes them."
    elif name in known.doubts:
        why = known.doubts[name]
    elif trait := _explained(ranks, calibration, known):
        why = f"its order follows {trait}, which the linear probe does not confirm."
    else:
        why = ""
    return f"Left out: {why}" if why else ""


def _explained(ranks: ModelScores, calibration: PriorCalibration, known: VoteContext) -> str:
    """Name the trait of the models that an order is explained by, with its tau; empty where there is none."""
    if calibration.probe_agreement is None or calibration.probe_agreement >= CONFIRMED:
        return ""
    for trait, numbers in known.traits.items():
        both = {model: value for model, value in numbers.items() if model in ranks}
        if len(set(both.values())) >= MIN_TO_EXPLAIN:
            tau, _ = kendall({model: -ranks[model] for model in both}, both)
            if abs(tau) >= EXPLAINED_TAU:
                return f"{trait} (tau {tau:+.2f})"
    return ""


def _uncertain(calibrations: Mapping[str, PriorCalibration], known: VoteContext) -> dict[str, str]:
    """Give the reason for each metric whose agreement is much less certain than that of the surest one."""
    if not calibrations:
        return {}
    surest = max(calibrations, key=lambda name: calibrations[name].cautious)
    best = calibrations[surest].cautious
    least = max(LEAST_OF_BEST * best, 0.0)
    return {
        name: too_uncertain(own, known.titles.get(surest, surest), best)
        for name, own in calibrations.items()
        if own.cautious < least or own.cautious <= 0
    }


def _weights(
    ranks: Scores, calibrations: Mapping[str, PriorCalibration], n_models: int
) -> tuple[dict[str, float], dict[str, tuple[str, ...]]]:
    """Weights that sum to 1, and the near copies of each metric.

    A cluster of near copies has the weight of its best member, shared in proportion to the weights that its
    members would have alone.
    """
    names = tuple(ranks)
    alone = {name: best_weight(calibrations[name].cautious) for name in names}
    clusters = cluster_metrics(ranks, COPY_TAU) if n_models >= MIN_TO_CLUSTER else [(name,) for name in names]
    weights: dict[str, float] = {}
    copies: dict[str, tuple[str, ...]] = {}
    for members in clusters:
        total = sum(alone[name] for name in members)
        for name in members:
            weights[name] = alone[name] / total * max(alone[other] for other in members)
            copies[name] = tuple(other for other in members if other != name)
    least = MIN_SHARE * sum(weights.values())
    whole = sum(weight for weight in weights.values() if weight >= least)
    shares = {name: weights[name] / whole if weights[name] >= least else 0.0 for name in names}
    return shares, copies


def _last_resort(
    ranks: Scores,
    may_vote: Sequence[str],
    calibrations: Mapping[str, PriorCalibration],
    unfit: Mapping[str, str],
) -> dict[str, Vote]:
    """Let all metrics vote that would have been left out: no other metric can."""
    alone = np.array([best_weight(calibrations[name].agreement) for name in may_vote])
    alone = alone if alone.sum() > 0 else np.ones(len(may_vote))
    shares = dict(zip(may_vote, (alone / alone.sum()).tolist(), strict=True)) if may_vote else {}
    return {
        name: Vote(shares.get(name, 0.0), fallback_reason(unfit[name]) if name in unfit else VARIANT)
        for name in ranks
    }
