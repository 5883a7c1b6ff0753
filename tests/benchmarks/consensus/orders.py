"""Orders of the models of a set: by each metric, by size, by a static list, by votes old and new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, median

import numpy as np

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import (
    PriorTaus,
    VoteContext,
    cast_votes,
    collect_losses,
    consensus_values,
    equal_votes,
    models_to_train,
)
from ptmrank_core.ranking.consensus import rank_models
from ptmrank_core.records import PROBE_SHARE, Vote
from ptmrank_core.results.votes import FEW, SCALE, WIDTH, doubts_of, prior_taus
from tests.benchmarks.consensus.alternatives import RULES, alternative_orders
from tests.benchmarks.consensus.judging import judge
from tests.benchmarks.consensus.sets import PROBED, TUNED, ScoredSet

PROBE, SIZE, STATIC = "linear probe", "number of parameters", "static order (other sets)"
EQUAL, PAIR, TRIPLE = "equal votes", "LogME + N-LEEP (mean rank)", "LogME + N-LEEP + nearest neighbours"
SHIPPED, LEFT_OUT, NO_PROBE = "vote as shipped", "vote, priors without that zoo", "the same without a probe"
TO_TRAIN = f"models to train ({LEFT_OUT})"
VOTES = (EQUAL, PAIR, TRIPLE, NO_PROBE, LEFT_OUT, TO_TRAIN, SHIPPED, *RULES)

Order = Mapping[str, float]


def zoo_of(name: str, sets: Sequence[ScoredSet]) -> set[str]:
    """Names of the sets that share a model with this one: they are left out together."""
    own = {model for other in sets if other.name == name for model in other.facts}
    return {other.name for other in sets if own & set(other.facts)}


def orders_of(scored: ScoredSet, sets: Sequence[ScoredSet]) -> dict[str, Order]:
    """Row of the tables -> model -> number, higher is better."""
    rows: dict[str, Order] = {METRICS[name].title: own for name, own in scored.scores.items() if len(own) > 1}
    rows[PROBE] = {model: facts.probe for model, facts in scored.facts.items()}
    sizes = {model: float(facts.size) for model, facts in scored.facts.items() if facts.size}
    static = _static(scored, sets)
    rows |= {row: order for row, order in ((SIZE, sizes), (STATIC, static)) if len(order) > 1}
    rows[EQUAL] = _by(scored, equal_votes(name for name in scored.scores if METRICS[name].kind == "metric"))
    rows[PAIR] = _by(scored, equal_votes(["logme", "nleep"]))
    rows[TRIPLE] = _by(scored, equal_votes(["logme", "nleep", "nearest_neighbours"]))
    few = scored.n_samples <= FEW * median(facts.width for facts in scored.facts.values())
    shipped = {name: prior_taus(METRICS[name].prior_agreement, few=few) for name in scored.scores}
    others = left_out_priors(scored, sets, few=few)
    rows[SHIPPED] = _by(scored, votes_of(scored, shipped, with_probe=True))
    votes = votes_of(scored, others, with_probe=True)
    rows[LEFT_OUT] = _by(scored, votes)
    weights = {name: vote.weight for name, vote in votes.items()}
    rows[TO_TRAIN] = _to_train(scored, weights, rows[LEFT_OUT])
    rows |= alternative_orders(scored, weights, others)
    rows[NO_PROBE] = _by(scored, votes_of(scored, others, with_probe=False))
    return rows


def votes_of(scored: ScoredSet, priors: Mapping[str, PriorTaus], *, with_probe: bool) -> dict[str, Vote]:
    """Cast the votes as a run does, under some priors."""
    widths = {model: float(facts.width) for model, facts in scored.facts.items()}
    scales = {model: facts.scale for model, facts in scored.facts.items()}
    losses = {model: np.array(facts.losses) for model, facts in scored.facts.items()}
    known = VoteContext(
        priors=priors,
        doubts=doubts_of(scored.scores, widths, scored.n_samples),
        traits={WIDTH: widths, SCALE: scales},
        probe=collect_losses(losses) if with_probe else None,
    )
    return cast_votes(
        scored.scores,
        voters=tuple(scored.scores),
        higher_is_better=dict.fromkeys(scored.scores, True),
        known=known,
    )


def left_out_priors(scored: ScoredSet, sets: Sequence[ScoredSet], *, few: bool) -> dict[str, PriorTaus]:
    """Collect what other zoos and published tables show of each metric."""
    own_zoo = zoo_of(scored.name, sets)
    others = [other for other in sets if other.name not in own_zoo]
    priors = {}
    for metric in scored.scores:
        tuned = taus_of(metric, [own for own in others if not own.few])
        if few:
            tuned |= taus_of(metric, [own for own in others if own.few])
        probed = probed_taus(metric, [own for own in others if not own.few])
        published = [table.tau for table in METRICS[metric].prior_agreement.published]
        taus = (*tuned.values(), *(PROBE_SHARE * tau for tau in probed.values()), *published)
        priors[metric] = PriorTaus(taus, len(taus))
    return priors


def taus_of(metric: str, sets: Iterable[ScoredSet], *, at_ceiling: bool = False) -> dict[str, float]:
    """Weighted tau of a metric with fine-tuning on each set; that of several draws is averaged."""
    found: dict[str, list[float]] = {}
    for scored in sets:
        verdict = judge(scored.scores.get(metric, {}), scored.truth(TUNED))
        if verdict is not None and scored.is_near_ceiling == at_ceiling:
            found.setdefault(scored.name, []).append(verdict.tau)
    return {name: fmean(own) for name, own in found.items()}


def probed_taus(metric: str, sets: Iterable[ScoredSet]) -> dict[str, float]:
    """Weighted tau of a metric with a linear probe on each set without fine-tuning."""
    verdicts = {
        scored.name: judge(scored.scores.get(metric, {}), scored.truth(PROBED))
        for scored in sets
        if not scored.truth(TUNED)
    }
    return {name: verdict.tau for name, verdict in verdicts.items() if verdict is not None}


def _by(scored: ScoredSet, votes: Mapping[str, Vote]) -> Order:
    weights = {name: vote.weight for name, vote in votes.items()}
    values = consensus_values(scored.scores, weights, higher_is_better=dict.fromkeys(scored.scores, True))
    return {model: -value for model, value in values.items()}


def _to_train(scored: ScoredSet, weights: Mapping[str, float], order: Order) -> Order:
    """Places in which the models of an order are chosen to be trained."""
    ranks = {name: rank_models(own, higher_is_better=True) for name, own in scored.scores.items()}
    best_first = sorted(order, key=lambda model: (-order[model], model))
    chosen = models_to_train(ranks, weights, order=best_first, n=len(best_first))
    return {model: -float(place) for place, model in enumerate(chosen)}


def _static(scored: ScoredSet, sets: Sequence[ScoredSet]) -> Order:
    """Mean of what the same model reached on other sets, against the mean of the set."""
    found: dict[str, list[float]] = {}
    for other in sets:
        truth = other.truth(TUNED)
        if other.name != scored.name and truth and not other.few:
            level = fmean(truth.values())
            for model in set(truth) & set(scored.facts):
                found.setdefault(model, []).append(truth[model] - level)
    return {model: fmean(values) for model, values in found.items()}
