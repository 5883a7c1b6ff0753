"""What a run shall do, decided before anything is computed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ptmrank_core.benchmark import known_skips, make_plan, plan, reads_class_names
from ptmrank_core.data import load_samples
from ptmrank_core.errors import InputError
from ptmrank_core.metrics import LABEL_EMBEDDINGS, METRICS
from ptmrank_core.records import (
    Analyses,
    ExtractionOptions,
    Modality,
    ModelSpec,
    RunOptions,
    RunPlan,
)
from ptmrank_core.records.models import ModelSource


def _plan(modality: Modality, metrics: tuple[str, ...], reference: str | None = None) -> RunPlan:
    """Plan a run on samples that are said to be of a modality."""
    return make_plan(
        run_id="1",
        created_at="2026-01-01T00:00:00Z",
        task="any",
        samples=replace(load_samples("demo:digits"), modality=modality),
        models=[ModelSpec(id="m", source="local", modality=modality)],
        options=RunOptions(metrics=metrics, options=ExtractionOptions(), seed=0, reference_source=reference),
    )


@pytest.mark.parametrize(
    ("modality", "expected"),
    [
        ("image", "builtin:dead-leaves"),
        ("audio", "builtin:struck-objects"),
        ("text", "builtin:standard-library"),
        ("video", None),
        ("tabular", None),
    ],
)
def test_the_reference_fits_the_modality(modality: Modality, expected: str | None) -> None:
    """A metric that needs a reference gets the built-in one of the samples' modality, where there is one."""
    assert _plan(modality, ("logme", "ped")).reference_source == expected
    assert _plan(modality, ("logme", "ped"), "/my/own.zip").reference_source == "/my/own.zip"
    assert _plan(modality, ("logme",), "/my/own.zip").reference_source is None


def test_without_a_reference_a_metric_does_not_apply() -> None:
    """PED is skipped with its reason where the run has no reference set; other metrics do not mind."""
    spec = ModelSpec(id="m", source="local", modality="video")
    skips = known_skips(spec, ["logme", "ped"], "classification", has_reference=False, has_source=False)
    assert list(skips) == ["ped"]
    assert "needs features of a general reference set" in skips["ped"]
    assert known_skips(spec, ["logme", "ped"], "classification", has_reference=True, has_source=False) == {}


def test_class_names_are_there_where_a_text_model_embeds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A metric that cannot do without embedded class names is skipped where the run has no text model."""
    spec = replace(METRICS["logme"], needs=frozenset({LABEL_EMBEDDINGS}))
    monkeypatch.setattr(plan, "METRICS", {"logme": spec})
    model = ModelSpec(id="m", source="local", modality="image")
    reasons = {
        has: known_skips(
            model, ["logme"], "classification", has_reference=True, has_source=False, has_class_names=has
        )
        for has in (False, True)
    }
    assert "needs embeddings of the class names (label_embeddings)" in reasons[False]["logme"]
    assert reasons[True] == {}


def test_who_reads_class_names_stands_in_the_specs() -> None:
    """A text model is planned for where one of the metrics says that it uses embedded class names."""
    assert {name for name in METRICS if reads_class_names([name])} == {"emms"}
    assert not reads_class_names(["a metric that is not known here"])


@pytest.mark.parametrize(
    ("source", "words"),
    [("features", "ready-made features"), ("columns", "columns of numbers"), ("function", "functions")],
)
@pytest.mark.parametrize("asked", [{"fine_tune": 2}, {"decide_seconds": 60.0}])
def test_training_of_what_has_no_weights_is_refused(
    source: ModelSource, words: str, asked: dict[str, Any]
) -> None:
    """It is said before the run: nothing is computed for a training that cannot come."""
    options = RunOptions(metrics=("logme",), options=ExtractionOptions(), seed=0, analyses=Analyses(**asked))
    samples = load_samples("demo:digits")
    facts = {"run_id": "1", "created_at": "2026-01-01T00:00:00Z", "task": "any", "samples": samples}
    own, saved = ModelSpec("own", source, "image"), ModelSpec("saved", "local", "image")
    with pytest.raises(InputError, match=f"nothing here can be trained: the models are {words}"):
        make_plan(**facts, models=[own], options=options)
    with pytest.raises(InputError, match="nothing here can be trained"):
        make_plan(**facts, models=[own, replace(saved, control="untrained weights")], options=options)
    assert make_plan(**facts, models=[own, saved], options=options).models == (own, saved)
    assert make_plan(**facts, models=[own], options=replace(options, analyses=Analyses()))


def test_training_on_several_labels_each_is_refused() -> None:
    """It is said before the run too."""
    samples = replace(load_samples("demo:digits"), target_kind="multilabel")
    with pytest.raises(InputError, match="several labels each cannot be trained on"):
        make_plan(
            run_id="1",
            created_at="2026-01-01T00:00:00Z",
            task="any",
            samples=samples,
            models=[ModelSpec("saved", "local", "image")],
            options=RunOptions(
                metrics=("logme",), options=ExtractionOptions(), seed=0, analyses=Analyses(fine_tune=1)
            ),
        )
