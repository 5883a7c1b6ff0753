"""Which metric follows what models really reach, and how a user's table matches the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ptmrank_core.ranking import Estimate, Evidence, compare_with_truth
from ptmrank_core.records import IMPORTED, Finding, Truth
from ptmrank_core.results.evidence import PARAMETERS
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.trust import adopt, match_of, say_evidence, say_match
from tests.reports.results import hostile_result

TRUTH = Truth("accuracy", {f"m{i}": 0.9 - i / 10 for i in range(8)})


def evidence(tau: Estimate | None, *, n_models: int = 8, regret: Estimate | None = None) -> Evidence:
    """One contender's evidence of which only the weighted tau and the regret matter."""
    correlations = dict.fromkeys(("pearson", "spearman", "kendall", "weighted_tau"), tau)
    return Evidence(n_models, correlations, {} if regret is None else {1: regret}, {})


def test_a_best_metric_whose_interval_holds_zero_follows_nothing() -> None:
    """No metric is recommended for what may be chance, however high its correlation is."""
    found = {"nce": evidence(Estimate(0.04, -0.47, 0.53)), "logme": evidence(Estimate(-0.2, -0.6, 0.3))}
    assert say_evidence(found, TRUTH) == (
        "No metric follows it here: the best, NCE, has a weighted τ of 0.04 (90 % interval -0.47 to 0.53), "
        "which may be chance."
    )
    found[PARAMETERS] = evidence(Estimate(0.6, 0.2, 0.8))
    assert say_evidence(found, TRUTH).endswith(
        " The number of parameters does follow it: 0.60 (90 % interval 0.20 to 0.80)."
    )


def test_a_metric_that_follows_is_named_with_its_price() -> None:
    """The correlation, its interval, and what taking its first model costs."""
    found = {"logme": evidence(Estimate(0.8, 0.5, 0.95), regret=Estimate(0.02, 0.0, 0.1))}
    assert say_evidence(found, TRUTH) == (
        "LogME follows it best here: weighted τ 0.80 (90 % interval 0.50 to 0.95); taking its first model "
        "costs 0.020 of accuracy (0.000 to 0.100)."
    )
    found[PARAMETERS] = evidence(Estimate(0.6, 0.2, 0.8))
    assert "The number of parameters alone gives 0.60" in say_evidence(found, TRUTH)
    found[PARAMETERS] = evidence(Estimate(0.4, 0.1, 0.6))
    assert "number of parameters" not in say_evidence(found, TRUTH)


@pytest.mark.parametrize(("n_models", "said"), [(4, "4 models with a result: too few"), (2, "")])
def test_few_models_prove_nothing(n_models: int, said: str) -> None:
    """Four models have a correlation without an interval, two have none."""
    values: Mapping[str, float] = {f"m{i}": -float(i) for i in range(n_models)}
    found = {"logme": compare_with_truth(values, TRUTH.values, higher_is_better=True)}
    sentence = say_evidence(found, TRUTH)
    assert sentence.startswith(said)
    assert bool(sentence) == bool(said)


def test_a_table_that_matches_in_part_says_so_and_asks() -> None:
    """How many rows matched, which model a name may mean, and which models have no result."""
    result = hostile_result(("org/a-base", "b", "hub/c-small", "hub/c-small-v2"))
    assert match_of(result) is None
    truth = Truth(
        "accuracy", {"org/a-base": 0.9, "b": 0.8}, origin="mine.csv", unmatched={"c-smal": 0.7, "zzz": 0.1}
    )
    match = match_of(replace(result, findings=(Finding(Truth.KIND, IMPORTED, truth, 0.0),)))
    assert match is not None
    assert (match.n_matched, match.n_rows) == (2, 4)
    assert match.nearest == {"c-smal": ("hub/c-small", "hub/c-small-v2"), "zzz": ()}
    assert [strip_bidi(sentence) for sentence in say_match(match)] == [
        "2 of 4 rows of mine.csv matched.",
        "c-smal is no model of this run; did you mean hub/c-small or hub/c-small-v2?",
        "zzz is no model of this run, and no model without a result has a similar name.",
        "Without a result: hub/c-small, hub/c-small-v2.",
    ]


def test_a_name_is_taken_for_a_model() -> None:
    """Its result becomes the model's, and that is noted."""
    truth = Truth("accuracy", {"a": 0.9}, notes=("x",), unmatched={"bb": 0.7, "c": 0.1})
    adopted = adopt(truth, "bb", "b")
    assert adopted.values == {"a": 0.9, "b": 0.7}
    assert adopted.unmatched == {"c": 0.1}
    assert adopted.notes == ("x", "'bb' was read as 'b'.")
