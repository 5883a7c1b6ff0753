"""What each model costs, and which models are on the frontier of place and cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ptmrank_core.records import ModelOutcome, ModelSpec, Ranking, RunResult

__all__ = ["COST_TITLES", "ModelCost", "cost_of", "costs_of", "fronts_of"]


TOLERANCE = 0.1  # costs that differ by less are alike: times and memory are never measured the same twice
MIN_CONSIDERED = 3  # models, from the first place down; of more, the better half

COST_TITLES: Mapping[str, str] = {
    "n_parameters": "parameters",
    "seconds_per_1000": "seconds per 1,000 samples",
    "size_bytes": "size on disk (bytes)",
    "peak_memory_bytes": "peak memory (bytes)",
}


@dataclass(frozen=True, slots=True)
class ModelCost:
    """What one model costs; unknown is ``None``.

    Parameters
    ----------
    n_parameters
        Number of parameters.
    size_bytes
        Size of its weights on disk.
    seconds_per_1000
        Seconds to prepare and run 1,000 samples, measured on the samples that it really ran on in this run.
    n_measured
        Number of those samples.
    peak_memory_bytes
        Peak memory while it ran: the device's own, on a CPU that of the whole process.
    """

    n_parameters: int | None
    size_bytes: int | None
    seconds_per_1000: float | None
    n_measured: int
    peak_memory_bytes: int | None

    def known(self, name: str) -> float | None:
        """One of :data:`COST_TITLES` as a number."""
        value = getattr(self, name)
        return None if value is None else float(value)


def costs_of(result: RunResult) -> dict[str, ModelCost]:
    """Collect what each candidate of a run costs, in the plan's order."""
    return {spec.id: cost_of(spec, result.outcomes.get(spec.id)) for spec in result.plan.candidates}


def cost_of(planned: ModelSpec, outcome: ModelOutcome | None) -> ModelCost:
    """Collect what one model costs; the speed and the memory only where it really ran on samples."""
    spec = outcome.spec if outcome else planned
    n_run = (outcome.report.n_run if outcome else None) or 0
    seconds = outcome.seconds if outcome else {}
    spent = seconds.get("preprocess", 0.0) + seconds.get("forward", 0.0)
    return ModelCost(
        n_parameters=spec.n_parameters,
        # The size of a feature file says nothing about the model that made it.
        size_bytes=None if spec.source == "features" else spec.size_bytes,
        seconds_per_1000=1_000 * spent / n_run if n_run else None,
        n_measured=n_run,
        peak_memory_bytes=outcome.report.peak_memory_bytes if outcome and n_run else None,
    )


def fronts_of(costs: Mapping[str, ModelCost], ranking: Ranking) -> dict[str, tuple[str, ...]]:
    """Find the models on the frontier of each cost, by rising cost.

    A model is beaten where another one that costs no more than it, or hardly more, is placed better and told
    apart from it; or where one that is not told apart from it costs clearly less. Cheap is not enough: models
    in the worse half of the order are on no frontier. Costs that are known of fewer than two ranked models
    are left out.
    """
    places = places_of(ranking)
    n_considered = max(MIN_CONSIDERED, -(-len(places) // 2))
    fronts = {}
    for name in COST_TITLES:
        known = {model: value for model in ranking.order if (value := costs[model].known(name)) is not None}
        if len(known) < 2:
            continue
        front = [
            model
            for model, cost in known.items()
            if places[model] <= n_considered and not _is_beaten(model, cost, known, ranking)
        ]
        best = next(iter(known))
        fronts[name] = tuple(sorted(front or [best], key=lambda model: (known[model], places[model])))
    return fronts


def _is_beaten(model: str, cost: float, known: Mapping[str, float], ranking: Ranking) -> bool:
    """Whether another model is better at no or hardly more cost, or as good at clearly less."""
    ties = ranking.intervals.ties if ranking.intervals else ()
    alike = {other for group in ties if model in group for other in group}
    place = ranking.order.index(model)
    return any(
        (other in alike and known[other] * (1 + TOLERANCE) < cost)
        or (number < place and known[other] <= cost * (1 if other in alike else 1 + TOLERANCE))
        for number, other in enumerate(ranking.order)
        if other != model and other in known
    )


def places_of(ranking: Ranking) -> dict[str, float]:
    return {model: float(place) for place, model in enumerate(ranking.order, start=1)}
