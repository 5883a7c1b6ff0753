"""Controls, as JSON."""

from __future__ import annotations

from typing import Any

from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.results.references.controls import (
    control_problems,
    control_sentences,
    controls_of,
    permutation_tests_of,
)

__all__ = ["controls_payload"]


def controls_payload(result: RunResult, ranking: Ranking) -> dict[str, Any]:
    """Build the JSON of the controls: their rows, the permutation tests, and sentences on both."""
    controls, tests = controls_of(result, ranking), permutation_tests_of(result)
    return {
        "rows": [
            {
                "title": control.title,
                "n_features": control.n_features,
                "scores": dict(control.scores),
                "not_better": {metric: list(models) for metric, models in control.not_better.items()},
                "unbeaten_by": list(control.unbeaten_by()),
            }
            for control in controls
        ],
        "permuted": {
            metric: {
                model: {
                    "n_draws": test.n_draws,
                    "n_as_good": test.n_as_good,
                    "low": test.low,
                    "high": test.high,
                }
                for model, test in by_model.items()
            }
            for metric, by_model in tests.items()
        },
        "problems": control_problems(result),
        "sentences": control_sentences(controls, tests),
    }
