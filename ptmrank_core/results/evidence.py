"""What a run's ranking can be held against, and how well each metric does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import Evidence, compare_with_truth
from ptmrank_core.records import Ranking, RunResult, Truth
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
MEASURES = ("accuracy", "r2", "average_precision")
TUNED_NOTE = "Short training of the whole model in this run, tested on held-out samples."
PROBE_NOTE = (
    "Cross-validated on the features that the metrics read; no model was trained. Where the probe weighs the "
    "votes, the consensus is held here against what it was made with."
)
Payloads = Mapping[str, Mapping[str, Any]]


def _payloads(result: RunResult, kind: str) -> Payloads:
    """Collect the findings of a kind that have something to say, by their subject."""
    return {own.subject: own.payload for own in result.findings if own.kind == kind and own.payload}


def truths_of(result: RunResult) -> dict[str, Truth]:
    """Collect what the ranking can be held against, by the names of :data:`TRUTH_TITLES`, in their order.

    A truth of fewer than two models compares nothing and is left out.
    """
    found = {name: Truth.of_payload(own) for name, own in _payloads(result, "truth").items()}
    for name, kind, column, note in (
        ("fine-tuning", "fine-tuning", None, TUNED_NOTE),
        ("probe", "probe", None, PROBE_NOTE),
        ("knn", "probe", "knn", PROBE_NOTE),
    ):
        own = _payloads(result, kind)
        measure = next((m for m in MEASURES if any(m in payload for payload in own.values())), None)
        if measure is not None:
            found[name] = Truth(measure, _column(own, column or measure), notes=(note,))
    return {name: found[name] for name in TRUTH_TITLES if name in found and len(found[name].values) > 1}


def _column(payloads: Payloads, name: str) -> dict[str, float]:
    """One number of each model; models without it are left out."""
    return {model: own[name] for model, own in payloads.items() if own.get(name) is not None}


def truth_problems(result: RunResult) -> dict[str, str]:
    """Why a truth that was looked for cannot be shown, by its name."""
    return {own.subject: own.problem for own in result.findings if own.kind == "truth" and own.problem}


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
