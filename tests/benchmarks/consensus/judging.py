"""How an order is judged by accuracies: weighted tau, regret, and pairs of like models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ptmrank_core.ranking import weighted_tau

CLOSE = 2.0  # points
N_DRAWS = 200


@dataclass(frozen=True)
class Verdict:
    """How one order of one set is judged.

    ``regret`` is what the first loses against the best, in points; ``of_three`` what the best of the first
    three loses. Of models with the same score the worse counts as the earlier.
    """

    tau: float
    regret: float
    of_three: float

    @property
    def is_close(self) -> bool:
        """Whether the first is within two points of the best."""
        return self.regret <= CLOSE


def judge(order: Mapping[str, float], truth: Mapping[str, float]) -> Verdict | None:
    """Hold an order against accuracies; ``None`` for fewer than three models on both sides."""
    rounded = {model: float(f"{order[model]:.10g}") for model in order if model in truth}
    if len(rounded) < 3:
        return None
    known = {model: truth[model] for model in rounded}
    differs = len(set(rounded.values())) > 1 and len(set(known.values())) > 1
    tau = weighted_tau(rounded, known, higher_is_better=True) if differs else 0.0
    places = sorted(rounded, key=lambda model: (-rounded[model], known[model]))
    best = max(truth.values())
    first, three = known[places[0]], max(known[model] for model in places[:3])
    return Verdict(tau, 100 * (best - first), 100 * (best - three))


def like_pairs_tau(
    order: Mapping[str, float], truth: Mapping[str, float], alike: Callable[[str, str], bool]
) -> tuple[float, int] | None:
    """Kendall's tau over pairs of like models alone, and their number; ``None`` for fewer than three."""
    models = sorted(set(order) & set(truth))
    signs = [
        np.sign(order[first] - order[second]) * np.sign(truth[first] - truth[second])
        for index, first in enumerate(models)
        for second in models[:index]
        if alike(first, second)
    ]
    return (float(np.mean(signs)), len(signs)) if len(signs) >= 3 else None


def paired_difference(
    first: Mapping[str, Mapping[str, float]],
    second: Mapping[str, Mapping[str, float]],
    truths: Mapping[str, Mapping[str, float]],
    n_draws: int = N_DRAWS,
) -> tuple[float, float, float]:
    """Difference of the mean tau of two rows over sets, and its 90 % interval over draws of the models."""
    rng = np.random.default_rng(0)

    def mean_difference(models: Mapping[str, list[str]]) -> float:
        differences = []
        for name, drawn in models.items():
            taus = []
            for row in (first, second):
                order = {str(i): row[name][model] for i, model in enumerate(drawn)}
                found = judge(order, {str(i): truths[name][model] for i, model in enumerate(drawn)})
                taus.append(found.tau if found is not None else 0.0)
            differences.append(taus[0] - taus[1])
        return float(np.mean(differences))

    known = {name: sorted(set(first[name]) & set(second[name]) & set(truths[name])) for name in truths}
    draws = [
        mean_difference({name: list(rng.choice(own, len(own))) for name, own in known.items()})
        for _ in range(n_draws)
    ]
    low, high = np.quantile(draws, [0.05, 0.95])
    return mean_difference(known), float(low), float(high)


def regret_difference(
    rows: tuple[Mapping[str, Mapping[str, float]], Mapping[str, Mapping[str, float]]],
    truths: Mapping[str, Mapping[str, float]],
    errors: Mapping[str, Mapping[str, float]],
    n_draws: int = N_DRAWS,
) -> tuple[float, float, float]:
    """Difference of the mean regret of the first three of two rows, in points, and its 90 % interval.

    Every draw shifts every accuracy by its error: so far is the best known to be the best.
    """
    rng = np.random.default_rng(0)

    def mean_difference(accuracies: Mapping[str, Mapping[str, float]]) -> float:
        differences = []
        for name, truth in accuracies.items():
            found = [judge(row[name], truth) for row in rows]
            regrets = [own.of_three if own is not None else 0.0 for own in found]
            differences.append(regrets[0] - regrets[1])
        return float(np.mean(differences))

    def draw() -> dict[str, dict[str, float]]:
        return {
            name: {m: value + rng.normal(0.0, errors[name].get(m, 0.0)) for m, value in truth.items()}
            for name, truth in truths.items()
        }

    low, high = np.quantile([mean_difference(draw()) for _ in range(n_draws)], [0.05, 0.95])
    return mean_difference(truths), float(low), float(high)
