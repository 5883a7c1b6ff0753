"""What a run's ranking can be held against, and how well each metric does."""

from __future__ import annotations

from collections.abc import Mapping

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import Evidence, compare_with_truth
from ptmrank_core.records import FineTuning, ProbeResult, Ranking, RunResult, Truth
from ptmrank_core.results.scores import scores_by_metric

__all__ = [
    "CONSENSUS",
    "CORRELATION_TITLES",
    "PARAMETERS",
    "TRUTH_TITLES",
    "contender_title",
    "contenders_of",
    "evidence_of",
    "measure_title",
    "truth_problems",
    "truths_of",
]

CONSENSUS, PARAMETERS = "consensus", "n_parameters"
# Best evidence first: what the reader wants to know is how models fare once they are trained.
TRUTH_TITLES: Mapping[str, str] = {
    "imported": "Your fine-tuning results",
    "recorded": "Recorded fine-tuning",
    "fine-tuning": "Fine-tuned in this run",
    "probe": "Linear probe",
    "knn": "k nearest neighbours",
}
TUNED_NOTE = "Short training of the whole model in this run, tested on held-out samples."
PROBE_NOTE = (
    "Cross-validated on the features that the metrics read; no model was trained. Where the probe weighs the "
    "votes, the consensus is held here against what it was made with."
)


def truths_of(result: RunResult) -> dict[str, Truth]:
    """Collect what the ranking can be held against, by the names of :data:`TRUTH_TITLES`, in their order.

    A truth of fewer than two models compares nothing and is left out.
    """
    trainings = {model: own.training for model, own in result.contents(FineTuning).items()}
    probes = result.contents(ProbeResult)
    truths = {
        **result.contents(Truth),
        "fine-tuning": _truth(
            {own.measure for own in trainings.values()},
            {model: own.value for model, own in trainings.items()},
            TUNED_NOTE,
        ),
        "probe": _truth(
            {own.measure for own in probes.values()},
            {model: own.value for model, own in probes.items()},
            PROBE_NOTE,
        ),
        "knn": _truth(
            {own.measure for own in probes.values()},
            {model: own.knn for model, own in probes.items()},
            PROBE_NOTE,
        ),
    }
    return {name: truths[name] for name in TRUTH_TITLES if name in truths and len(truths[name].values) > 1}


def _truth(measures: set[str], values: Mapping[str, float | None], note: str) -> Truth:
    """One number of each model; models without it are left out."""
    known = {model: value for model, value in values.items() if value is not None}
    return Truth(next(iter(measures), ""), known, notes=(note,))


def truth_problems(result: RunResult) -> dict[str, str]:
    """Why a truth that was looked for cannot be shown, by its name."""
    return result.problems(Truth)


def contender_title(name: str) -> str:
    """How people write what is held against a truth."""
    others = {CONSENSUS: "Consensus", PARAMETERS: "Number of parameters"}
    return others.get(name) or METRICS[name].title


def contenders_of(result: RunResult, ranking: Ranking) -> dict[str, tuple[Mapping[str, float], bool]]:
    """Collect what is held against a truth: name -> values of models, and whether higher is better.

    The consensus, every metric with a score, and the number of parameters as a baseline that knows nothing of
    the samples.
    """
    scores = scores_by_metric(result.cells)
    sizes = {
        model: float(outcome.spec.n_parameters)
        for model, outcome in result.outcomes.items()
        if outcome.spec.n_parameters is not None
    }
    found: dict[str, tuple[Mapping[str, float], bool]] = {CONSENSUS: (ranking.mean_ranks, False)}
    found |= {name: (scores[name], METRICS[name].higher_is_better) for name in ranking.per_metric}
    return found | {PARAMETERS: (sizes, True)}


def evidence_of(result: RunResult, ranking: Ranking) -> dict[str, dict[str, Evidence]]:
    """Hold every contender against every truth: truth -> contender -> evidence.

    Contenders with fewer than two models in common with a truth are left out.
    """
    contenders = contenders_of(result, ranking)
    found: dict[str, dict[str, Evidence]] = {}
    for name, truth in truths_of(result).items():
        own = {
            contender: compare_with_truth(
                values,
                truth.values,
                higher_is_better=higher,
                truth_higher_is_better=truth.higher_is_better,
                seed=result.plan.seed,
            )
            for contender, (values, higher) in contenders.items()
        }
        found[name] = {contender: evidence for contender, evidence in own.items() if evidence.n_models > 1}
    return found


CORRELATION_TITLES = {
    "weighted_tau": "Weighted τ",
    "kendall": "Kendall τ",
    "spearman": "Spearman r",
    "pearson": "Pearson r",
}


def measure_title(truth: Truth) -> str:
    """Axis title of what was measured."""
    name = {"r2": "R²", "average_precision": "average precision"}.get(truth.measure, truth.measure)
    return name if truth.higher_is_better else f"{name} (lower is better)"
