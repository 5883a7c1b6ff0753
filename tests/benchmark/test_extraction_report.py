"""What is known of an extraction reaches every place that tells of a run, whole."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.benchmark import RunStore, read_card, run_card, run_here
from ptmrank_core.config import Settings
from ptmrank_core.features.cache.keys import feature_key
from ptmrank_core.features.pooling import family_of
from ptmrank_core.records import ExtractionReport, ModelOutcome
from ptmrank_core.reports import rank_payload
from ptmrank_core.results import rank_result
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan

FIELDS = tuple(field.name for field in fields(ExtractionReport))
TYPES = typing.get_type_hints(ExtractionReport)
OTHER = {
    str: "other",
    int: 7,
    float: 0.5,
    tuple[str, ...]: ("other", "still another"),
    Mapping[str, float]: {"load": 0.5, "other": 0.25},
}


def other_value(kind: Any) -> Any:
    """A value of this type that is no field's default."""
    if typing.get_origin(kind) is types.UnionType:
        kind = next(part for part in typing.get_args(kind) if part is not types.NoneType)
    return OTHER[kind]


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_of_the_report_reaches_store_card_and_json(
    name: str, settings: Settings, picture_zip: Path, zoo: Path, tmp_path: Path
) -> None:
    """Every field is read back from each as it was; whatever is added tomorrow is in this list by itself."""
    plan = stored_plan(settings, picture_zip, zoo)
    spec, value = plan.models[0], other_value(TYPES[name])
    seconds = dict.fromkeys(("load", "preprocess", "forward"), 1.0)
    report = replace(ExtractionReport("float32", seconds=seconds), **{name: value})
    if name == "seconds":
        report = replace(report, seconds=seconds | value)
    store = RunStore(settings)
    store.add_outcome(plan.run_id, ModelOutcome(spec, report, 16))
    result = store.result(plan.run_id)
    assert result.outcomes[spec.id].report == report
    card = tmp_path / "card.json"
    card.write_text(json.dumps(run_card(result)), encoding="utf-8")
    assert read_card(card).conditions[spec.id].report == report
    payload = json.loads(json.dumps(rank_payload(result, rank_result(result))))
    told = payload["extraction"][spec.id]
    assert set(told) == set(FIELDS)
    assert told[name] == json.loads(json.dumps(getattr(report, name)))


def test_a_run_keeps_the_report_of_its_extraction(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """What the extraction found out about itself is what the run tells, down to the key of the vectors."""
    plan = stored_plan(settings, picture_zip, zoo)
    run_here(plan.run_id, settings, sources=SOURCES)
    outcomes = RunStore(settings).outcomes(plan.run_id)
    assert set(outcomes) == {spec.id for spec in plan.models}
    for outcome in outcomes.values():
        report = outcome.report
        assert report.key == feature_key(outcome.spec, plan.options)
        assert (report.cache_hits, report.cache_misses, report.n_run) == (0, 18, 18)
        assert (report.dtype, report.device, report.batch_size) == ("float32", "cpu", 4)
        assert report.pooling == family_of(outcome.spec).rule
        assert set(report.seconds) == {"load", "preprocess", "forward"}
        assert set(outcome.seconds) == {*report.seconds, "score"}
