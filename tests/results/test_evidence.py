"""What a run is held against: findings in, numbers and figures out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ptmrank_core import reports, results
from ptmrank_core.records import (
    ExtractionReport,
    Finding,
    ModelOutcome,
    ModelSpec,
    RunResult,
    RunState,
    SamplesSummary,
    Score,
    Truth,
)
from ptmrank_core.reports.figures.evidence import CorrelationLayout, correlation_figure, truth_figure
from ptmrank_core.results.evidence import CONSENSUS, PARAMETERS, evidence_of, truth_problems, truths_of
from tests.plans import plan_of
from tests.reports.results import probe_of

NAMES = tuple("abcdef")
ACCURACY = dict(zip(NAMES, (0.9, 0.8, 0.7, 0.6, 0.5, 0.4), strict=True))


def probe(model: str, accuracy: float) -> Finding:
    """A probe's finding as the analysis keeps it."""
    return Finding("probe", model, probe_of(accuracy, folds=[accuracy], knn=accuracy - 0.1), 0.1)


@pytest.fixture
def result() -> RunResult:
    """Six models: LogME knows their order, PED (lower is better) has it in its own direction, H-Score not."""
    specs = [
        ModelSpec(n, "local", "image", revision="r", n_parameters=10 * i) for i, n in enumerate(NAMES, 1)
    ]
    plan = plan_of(tuple(specs), ("logme", "hscore"))
    report = ExtractionReport("float32", "cpu", {"load": 1.0, "preprocess": 0.5, "forward": 2.0}, 0, 4)
    cells = [Score(n, "logme", -float(i), 0.1) for i, n in enumerate(NAMES)]
    cells += [Score(n, "hscore", v, 0.1) for n, v in zip(NAMES, (1.0, 3.0, 2.0, 5.0, 4.0, 6.0), strict=True)]
    return RunResult(
        plan=plan,
        state=RunState.FINISHED,
        samples=SamplesSummary(4, {"x": 2, "y": 2}, (), ()),
        cells=tuple(cells),
        outcomes={s.id: ModelOutcome(s, report, 8, score_seconds=0.25) for s in specs},
        environment={},
        seconds=5.0,
    )


@pytest.fixture
def judged(result: RunResult) -> RunResult:
    """The same run with a probe, an imported truth of five models, and a record that does not fit."""
    truth = Truth(
        "accuracy", {n: ACCURACY[n] for n in NAMES[:5]}, origin="mine.csv", notes=("One is missing.",)
    )
    findings = [probe(name, ACCURACY[name]) for name in NAMES]
    findings += [
        Finding("truth", "imported", truth, 0.0),
        Finding("truth", "recorded", None, 0.0, "It is of other samples."),
    ]
    return replace(result, findings=tuple(findings))


def test_truths_come_from_findings(judged: RunResult) -> None:
    """What the user brought comes first; the probe and its neighbours are two; a problem is no truth."""
    truths = truths_of(judged)
    assert list(truths) == ["imported", "probe", "knn"]
    assert truths["probe"].values == ACCURACY
    assert truths["knn"].values["a"] == pytest.approx(0.8)
    assert truth_problems(judged) == {"recorded": "It is of other samples."}


def test_a_run_without_findings_has_no_evidence(result: RunResult) -> None:
    """Nothing is held against nothing, in JSON and in words."""
    payload = reports.rank_payload(result, results.rank_result(result))
    assert payload["evidence"] == {}
    assert payload["truths"] == {}
    assert "against:" not in reports.rank_text(result)


def test_evidence_is_of_every_metric_and_two_baselines(judged: RunResult) -> None:
    """LogME follows the probe exactly; the number of parameters runs against it; directions hold."""
    found = evidence_of(judged, results.rank_result(judged))["probe"]
    assert list(found) == [CONSENSUS, "logme", "hscore", PARAMETERS]
    kendall = {name: own.correlations["kendall"] for name, own in found.items()}
    assert kendall["logme"] is not None
    assert kendall["logme"].value == pytest.approx(1.0)
    assert kendall[PARAMETERS] is not None
    assert kendall[PARAMETERS].value == pytest.approx(-1.0)
    assert found["logme"].regret[1].value == 0.0
    assert found["hscore"].regret[1].value == pytest.approx(0.5)
    assert evidence_of(judged, results.rank_result(judged))["imported"]["logme"].n_models == 5


def test_evidence_is_in_the_json_and_the_text(judged: RunResult) -> None:
    """JSON: truth -> metric -> numbers and ends; text: a table for each truth, notes and problems."""
    payload = reports.rank_payload(judged, results.rank_result(judged))
    own = payload["evidence"]["imported"]["logme"]
    assert own["n_models"] == 5
    assert own["weighted_tau"]["value"] == pytest.approx(1.0)
    assert own["weighted_tau"]["low"] < own["weighted_tau"]["high"]
    assert set(own["regret"]) == set(own["hit"]) == {"1", "3"}
    assert payload["truths"]["recorded"] == {"problem": "It is of other samples."}
    text = reports.rank_text(judged)
    assert "against: your fine-tuning results" in text
    assert "note: One is missing." in text
    assert "Recorded fine-tuning: It is of other samples." in text


def test_the_correlation_figure_says_what_the_evidence_says(judged: RunResult) -> None:
    """Rows are sorted by the correlation; bars end where the intervals end."""
    evidence = evidence_of(judged, results.rank_result(judged))["probe"]
    layout = CorrelationLayout.of(evidence, "kendall")
    assert set(layout.contenders[:2]) == {"logme", "consensus"}  # the probe gives LogME the vote
    assert (np.diff(layout.values) <= 0).all()
    (trace,) = correlation_figure(evidence, "kendall").data
    np.testing.assert_allclose(trace.x, layout.values)
    np.testing.assert_allclose(np.add(trace.x, trace.error_x.array), layout.high)
    np.testing.assert_allclose(np.subtract(trace.x, trace.error_x.arrayminus), layout.low)


def test_a_row_without_an_interval_has_no_bar(result: RunResult) -> None:
    """Three models: a dot, no bar, and the reader is told."""
    some = replace(result, findings=tuple(probe(name, ACCURACY[name]) for name in NAMES[:3]))
    evidence = evidence_of(some, results.rank_result(some))["probe"]
    (trace,) = correlation_figure(evidence, "weighted_tau").data
    assert list(trace.error_x.array) == [0.0] * len(trace.x)
    assert set(trace.customdata) == {"no interval: too few models"}


def test_the_scatter_holds_the_models_with_both(judged: RunResult) -> None:
    """One dot for each model with a score and a truth; sizes are on a scale of factors."""
    truth = truths_of(judged)["imported"]
    (trace,) = truth_figure("logme", {n: float(i) for i, n in enumerate(NAMES)}, truth, NAMES).data
    assert list(trace.customdata) == list(NAMES[:5])
    assert list(trace.y) == [ACCURACY[name] for name in NAMES[:5]]
    sizes = truth_figure(PARAMETERS, dict.fromkeys(NAMES, 5.0), truth, NAMES)
    assert sizes.layout.xaxis.type == "log"
