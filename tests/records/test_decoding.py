"""What was kept as JSON comes back as records: strictly, and also what was kept before a field existed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ptmrank_core.benchmark.store.codec import (
    cell_from_json,
    finding_from_json,
    outcome_from_json,
    plan_from_json,
    summary_from_json,
    to_json,
)
from ptmrank_core.errors import InputError, RunError
from ptmrank_core.records import (
    IMPORTED,
    ExtractionOptions,
    ExtractionReport,
    Failure,
    Finding,
    HalfSampleScores,
    LeftOut,
    ModelOutcome,
    ModelSpec,
    ProbeResult,
    RunPlan,
    SamplesSummary,
    Score,
    Skipped,
    Stage,
    Truth,
    decode,
)

SPEC = ModelSpec("org/a", "hub", "image", tasks=("image-classification",))
PLAN = RunPlan(
    run_id="r",
    created_at="2026-01-01T00:00:00+00:00",
    task="image-classification",
    samples_source="demo:digits",
    samples_fingerprint="f",
    models=(SPEC,),
    metrics=("logme",),
    options=ExtractionOptions(found_sizes={"org/a": 8}),
    seed=0,
)
REPORT = ExtractionReport("float32", "cpu", {"load": 1.0}, cache_hits=1, n_run=2, notes=("resized",))
OUTCOME = ModelOutcome(SPEC, REPORT, 16, score_seconds=0.5)
SUMMARY = SamplesSummary(4, {"a": 2, "b": 2}, (LeftOut("x.txt", "no picture"),), ("converted",))
CELLS = (
    Score("org/a", "etran", 1.5, 0.1, {"s_cls": 1.0}, ("few samples",), layer=2),
    Failure("org/a", "logme", Stage.LOAD, "OSError", "It broke.", "Try again."),
    Skipped("org/a", "leep", "has no head"),
)
TRUTH = Truth("accuracy", {"org/a": 0.5}, origin="t.csv", notes=("one row was ignored",))
KEPT = [
    (PLAN, plan_from_json),
    (OUTCOME, outcome_from_json),
    (SUMMARY, summary_from_json),
    (Finding(Truth.KIND, IMPORTED, TRUTH, 0.5), finding_from_json),
    (Finding("probe", "org/a", None, 0.5, "Too few samples."), finding_from_json),
    *((cell, cell_from_json) for cell in CELLS),
]
NAMES = [type(record).__name__ for record, _ in KEPT]


@pytest.mark.parametrize(("record", "read"), KEPT, ids=NAMES)
def test_a_record_comes_back_as_it_was(record: Any, read: Any) -> None:
    """Whatever the run store keeps is read as the record that was written."""
    assert read(to_json(record)) == record


@pytest.mark.parametrize(("record", "read"), KEPT, ids=NAMES)
def test_an_unknown_field_is_an_error(record: Any, read: Any) -> None:
    """It is named: it may have been written by a newer version, and may change a number."""
    fields = json.loads(to_json(record)) | {"flavour": 1}
    with pytest.raises(RunError, match=r"\.flavour is unknown to this version"):
        read(json.dumps(fields))


def test_a_field_that_came_later_has_its_default() -> None:
    """A plan and an outcome of before a field existed are read; a field without a default is missed."""
    plan = json.loads(to_json(PLAN))
    for name in ("analyses", "normalise", "source_samples"):
        del plan[name]
    assert plan_from_json(json.dumps(plan)) == PLAN
    del plan["seed"]
    with pytest.raises(RunError, match=r"^The plan of this run cannot be read: plan\.seed is missing"):
        plan_from_json(json.dumps(plan))


def test_the_kind_of_a_cell_is_known_or_an_error() -> None:
    """A cell names its record; a name that is none of them is refused with those that are."""
    fields = json.loads(to_json(CELLS[0])) | {"kind": "Guess"}
    expected = r'cell\.kind is "Guess"; expected one of Score, Failure, Skipped'
    with pytest.raises(RunError, match=expected):
        cell_from_json(json.dumps(fields))
    with pytest.raises(RunError, match=r"cell is \[\]; expected an object"):
        cell_from_json("[]")


def test_the_content_of_a_finding_is_checked_too() -> None:
    """A value that is no number is refused with its place."""
    fields = json.loads(to_json(Finding(Truth.KIND, IMPORTED, TRUTH, 0.5)))
    fields["content"]["values"]["org/a"] = "high"
    with pytest.raises(RunError, match=r'truth\.values\.org/a is "high"; expected a number'):
        finding_from_json(json.dumps(fields))


def test_a_record_in_a_record_is_checked_too() -> None:
    """The message names the place to the last field."""
    plan = json.loads(to_json(PLAN))
    plan["models"][0]["modality"] = "smell"
    with pytest.raises(InputError, match=r'plan\.models\[0\]\.modality is "smell"; expected one of image'):
        decode(RunPlan, plan, "plan")


def test_numbers_whose_sum_is_too_large_are_read() -> None:
    """Each number of a list is looked at by itself; one that is not finite is refused."""
    halves = HalfSampleScores({"a": (1e308, 1e308)}, (10, 10), {}, ())
    text = to_json(Finding(HalfSampleScores.KIND, "logme", halves, 0.1))
    assert finding_from_json(text).content == halves
    probe = ProbeResult("r2", 0.1, (), None, 1.0, losses=(1e308, 1e308))
    text = to_json(Finding(ProbeResult.KIND, "a", probe, 0.1))
    assert finding_from_json(text).content == probe
    with pytest.raises(RunError, match=r"losses\[1\] is Infinity; expected a number"):
        finding_from_json(text.replace("1e+308]", "Infinity]"))
