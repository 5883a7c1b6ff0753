"""Which metrics say the same, and whether what they say holds for models that were really fine-tuned."""

from __future__ import annotations

import numpy as np

from ptmrank_core.lessons.course.comparing import values_of
from ptmrank_core.lessons.course.lesson import Draw, Lesson, Reveal
from ptmrank_core.lessons.scene import Candidate, Scene, Task
from ptmrank_core.metrics import METRICS, join_titles
from ptmrank_core.ranking import rank_correlations

__all__ = ["RECORDED_TRAINING", "SAME_METRIC"]

N_MODELS = 20
ALIKE, STRANGERS = 0.8, 0.3  # Kendall's tau
WEIGHTED = "weighted_tau"
# What is compared with a truth beside the metrics, as the results name it.
CONSENSUS, PARAMETERS = "consensus", "n_parameters"


def _models(seed: int) -> list[Candidate]:
    """Draw models of every quality."""
    rng = np.random.default_rng(seed)
    return [
        Candidate(
            f"model {number + 1}",
            separation=float(rng.integers(2, 21)) / 4,
            anisotropy=float(rng.integers(2, 13)) / 2,
            n_noise_features=2 * int(rng.integers(1, 45)),
            scale=(0.1, 1.0, 10.0)[rng.integers(3)],
            head=float(rng.integers(11)) / 10,
        )
        for number in range(N_MODELS)
    ]


def _same_metric(draw: Draw) -> Reveal:
    task = Task(seed=draw.seed)
    scores: dict[str, dict[str, float]] = {}
    for model in _models(draw.seed):
        for metric, value in values_of(task, model).items():
            scores.setdefault(metric, {})[model.name] = value
    agreement = rank_correlations(
        scores, higher_is_better={metric: METRICS[metric].higher_is_better for metric in scores}
    )
    pairs = {
        (first, second): float(agreement.tau[i, j])
        for i, first in enumerate(agreement.metrics)
        for j, second in enumerate(agreement.metrics[:i])
    }
    alike = [pair for pair, tau in pairs.items() if tau > ALIKE]
    strangers = [pair for pair, tau in pairs.items() if tau < STRANGERS]
    closest, furthest = max(pairs, key=pairs.__getitem__), min(pairs, key=pairs.__getitem__)
    return Reveal(
        right=2 if alike and strangers else 0 if strangers else 1,
        said=f"{join_titles(closest)} order {N_MODELS} models nearly alike (tau {pairs[closest]:.2f}), "
        f"{join_titles(furthest)} do not (tau {pairs[furthest]:.2f}). {len(alike)} of {len(pairs)} pairs "
        f"agree by more than {ALIKE:g}, {len(strangers)} by less than {STRANGERS:g}.",
        exhibit=agreement,
        holds=bool(alike) and len(strangers) >= 3,
    )


SAME_METRIC = Lesson(
    key="same-metric",
    title="How many opinions are there?",
    look=f"{N_MODELS} models of every quality: classes near and far, few and many features that know "
    "nothing, source heads that follow your classes or do not. Each metric puts them in an order. "
    "Kendall's tau of two orders is 1 where they are the same and 0 where they have nothing in common.",
    question="How do the orders of the metrics compare?",
    answers=(
        "None agrees with any other",
        "They all agree: each measures how good a model is",
        "Some pairs are nearly the same metric, others hardly agree",
    ),
    right=2,
    sentence="Votes of metrics that say the same count one opinion twice, so a majority of metrics is no "
    "proof.",
    scene=Scene(Task(), tuple(_models(0)[:4])),
    compute=_same_metric,
)


def _recorded_training(draw: Draw) -> Reveal:
    taus = {
        name: found.value
        for name, evidence in draw.recorded.items()
        if (found := evidence.correlations.get(WEIGHTED)) is not None
    }
    by_size = taus[PARAMETERS]
    metrics = {name: tau for name, tau in taus.items() if name in METRICS}
    best = max(metrics, key=metrics.__getitem__)
    above = [name for name, tau in metrics.items() if tau > by_size]
    n_models = max(evidence.n_models for evidence in draw.recorded.values())
    return Reveal(
        right=0 if len(above) == len(metrics) else 1 if above else 2,
        said=f"Over {n_models} models that were really fine-tuned, {len(above)} of {len(metrics)} scores "
        f"agree with the result better than the number of parameters does ({by_size:.2f}). "
        f"{METRICS[best].title} agree most, by {metrics[best]:.2f}; the consensus of those that vote "
        f"agrees by {taus[CONSENSUS]:.2f}. The intervals are wide: there are few models.",
        exhibit=draw.recorded,
        holds=3 <= len(above) < len(metrics) and by_size < taus[CONSENSUS],
    )


RECORDED_TRAINING = Lesson(
    key="recorded-training",
    title="Does it hold for real models?",
    look="So far everything was artificial. The finished run that comes with PTMRank ranks small real "
    "models for handwritten digits, and each of them was fine-tuned beforehand, ten times. Here each "
    "order is compared with what fine-tuning reached; 1 is the same order, 0 no relation. The mere number "
    "of parameters gives an order too.",
    question="Do the scores agree with fine-tuning better than the number of parameters does?",
    answers=("All of them do", "Some do, others do not", "None does"),
    right=1,
    sentence="For real models many scores agree with fine-tuning and some no better than counting "
    "parameters, so look at what is known of a metric before you believe it.",
    scene=Scene(),
    compute=_recorded_training,
    needs_recorded=True,
)
