"""What was measured -> the records of the product: agreements of metrics, coefficients of the prediction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace

from ptmrank_core.metrics import standard_metrics
from ptmrank_core.metrics.agreements import AGREEMENTS_FILE
from ptmrank_core.prediction import COEFFICIENTS_FILE, TunedModel, fit_coefficients
from tests.benchmarks.consensus.orders import probed_taus, taus_of
from tests.benchmarks.consensus.sets import TUNED, ScoredSet


def plain(name: str) -> str:
    """Name of a set as people say it."""
    return name.removeprefix("demo:").removesuffix("_test1000").removesuffix("1000")


def write_agreements(sets: Sequence[ScoredSet]) -> None:
    """Enter the agreement of every metric; published tables stay as they are."""
    recorded = json.loads(AGREEMENTS_FILE.read_text(encoding="utf-8"))
    whole, few = [own for own in sets if not own.few], [own for own in sets if own.few]
    far = [_without_near(own) for own in whole if own.near]
    for metric in standard_metrics():
        taus = {
            "tuned": taus_of(metric, whole),
            "ceiling": taus_of(metric, whole, at_ceiling=True),
            "few": taus_of(metric, few),
            "far": taus_of(metric, far),
            "probed": probed_taus(metric, whole),
        }
        entry = {
            kind: {plain(name): round(tau, 2) for name, tau in own.items()}
            for kind, own in taus.items()
            if own
        }
        former = recorded.get(metric, {})
        tables = {kind: former[kind] for kind in ("published", "by_authors") if kind in former}
        if entry or tables:
            recorded[metric] = entry | tables
    AGREEMENTS_FILE.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")


def _without_near(scored: ScoredSet) -> ScoredSet:
    """The set without the models that were pre-trained on samples of its own kind."""
    truth = {model: value for model, value in scored.truth(TUNED).items() if model not in scored.near}
    return replace(scored, truths={TUNED: truth})


def write_coefficients(sets: Sequence[ScoredSet]) -> None:
    """Fit the prediction to all sets with fine-tuning and enter its coefficients."""
    coefficients = asdict(fit_coefficients(tuned_models(sets)))
    COEFFICIENTS_FILE.write_text(json.dumps(coefficients, indent=1) + "\n", encoding="utf-8")


def tuned_models(sets: Sequence[ScoredSet]) -> list[TunedModel]:
    """Models that were fine-tuned, with their probes on all samples."""
    return [
        TunedModel(plain(scored.name), scored.facts[model].probe, tuned, scored.chance)
        for scored in sets
        if not scored.few
        for model, tuned in scored.truth(TUNED).items()
        if model in scored.facts
    ]
