"""Truths that a run's ranking can be compared with, and how well each metric agrees with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import Evidence, compare_with_truth
from ptmrank_core.records import FineTuning, ProbeResult, Ranking, RunResult, Truth
from ptmrank_core.results.phrases import name_measure
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
    "reached_of",
    "truth_problems",
    "truths_of",
]

CONSENSUS, PARAMETERS = "consensus", "n_parameters"
# The strongest evidence first: how models perform once they are fine-tuned.
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
    "votes, the consensus is compared here with what it was made with."
)


def truths_of(result: RunResult) -> dict[str, Truth]:
    """Collect what the ranking can be compared with, by the names of :data:`TRUTH_TITLES`, in their order.

    Of the candidates alone. A truth about fewer than two of them allows no comparison and is left out.
    """
    return {name: truth for name, truth in reached_of(result).items() if len(truth.values) > 1}


def reached_of(result: RunResult) -> dict[str, Truth]:
    """Collect all that is known of what the candidates reach, by the names of :data:`TRUTH_TITLES`.

    Returns
    -------
    dict
        What is trained first, then the probes; without what is known of no candidate.
    """
    candidates = {spec.id for spec in result.plan.candidates}
    result = result.of_candidates()
    trainings = {model: tuning.training for model, tuning in result.contents(FineTuning).items()}
    probes = result.contents(ProbeResult)
    truths = {
        **{name: _restricted(truth, candidates) for name, truth in result.contents(Truth).items()},
        "fine-tuning": _truth(
            {training.measure for training in trainings.values()},
            {model: training.value for model, training in trainings.items()},
            TUNED_NOTE,
        ),
        "probe": _truth(
            {probe.measure for probe in probes.values()},
            {model: probe.value for model, probe in probes.items()},
            PROBE_NOTE,
        ),
        "knn": _truth(
            {probe.measure for probe in probes.values()},
            {model: probe.knn for model, probe in probes.items()},
            PROBE_NOTE,
        ),
    }
    return {name: truths[name] for name in TRUTH_TITLES if name in truths and truths[name].values}


def _truth(measures: set[str], values: Mapping[str, float | None], note: str) -> Truth:
    """Make a truth of one number for each model; models without it are left out."""
    known = {model: value for model, value in values.items() if value is not None}
    return Truth(next(iter(measures), ""), known, notes=(note,))


def _restricted(truth: Truth, models: Collection[str]) -> Truth:
    """Keep the values of some models."""
    return replace(truth, values={model: value for model, value in truth.values.items() if model in models})


def truth_problems(result: RunResult) -> dict[str, str]:
    """Say why a truth cannot be shown: name -> sentence."""
    return result.problems(Truth)


def contender_title(name: str) -> str:
    """Title of what is compared with a truth, for people."""
    others = {CONSENSUS: "Consensus", PARAMETERS: "Number of parameters"}
    return others.get(name) or METRICS[name].title


def contenders_of(result: RunResult, ranking: Ranking) -> dict[str, tuple[Mapping[str, float], bool]]:
    """Collect what is compared with a truth: name -> values of models, and whether higher is better.

    The consensus, every metric with a score, and the number of parameters as a baseline that does not depend
    on the samples; of candidates alone, as every metric tells controls from them easily.
    """
    result = result.of_candidates()
    scores = scores_by_metric(result.cells)
    sizes = {
        model: float(outcome.spec.n_parameters)
        for model, outcome in result.outcomes.items()
        if outcome.spec.n_parameters is not None
    }
    contenders: dict[str, tuple[Mapping[str, float], bool]] = {CONSENSUS: (ranking.mean_ranks, False)}
    contenders |= {name: (scores[name], METRICS[name].higher_is_better) for name in ranking.per_metric}
    return contenders | {PARAMETERS: (sizes, True)}


def evidence_of(result: RunResult, ranking: Ranking) -> dict[str, dict[str, Evidence]]:
    """Compare every contender with every truth: truth -> contender -> evidence.

    Contenders with fewer than two models in common with a truth are left out.
    """
    contenders = contenders_of(result, ranking)
    by_truth: dict[str, dict[str, Evidence]] = {}
    for name, truth in truths_of(result).items():
        by_contender = {
            contender: compare_with_truth(
                values,
                truth.values,
                higher_is_better=higher,
                truth_higher_is_better=truth.higher_is_better,
                seed=result.plan.seed,
            )
            for contender, (values, higher) in contenders.items()
        }
        by_truth[name] = {
            contender: evidence for contender, evidence in by_contender.items() if evidence.n_models > 1
        }
    return by_truth


CORRELATION_TITLES = {
    "weighted_tau": "Weighted τ",
    "kendall": "Kendall τ",
    "spearman": "Spearman r",
    "pearson": "Pearson r",
}


def measure_title(truth: Truth) -> str:
    """Axis title of what was measured."""
    name = name_measure(truth.measure)
    return name if truth.higher_is_better else f"{name} (lower is better)"
