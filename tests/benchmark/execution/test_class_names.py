"""The class names under a text model, for the metrics that read them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ptmrank_core.benchmark import RunStore, model_process, new_run_id, run_here
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.records import Failure, ModelSpec, Score
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan
from tests.language_checkpoints import save_language_model


def test_a_text_model_that_cannot_be_had_costs_only_the_metrics_that_read_it(
    settings: Settings, picture_zip: Path, zoo: Path, tmp_path: Path
) -> None:
    """Every metric that uses embedded class names fails with the reason; its one-hot variant has a score."""
    metrics = ("logme", "emms", "emms:onehot")
    missing = ModelSpec(id="missing", source="local", modality="text", path=str(tmp_path / "missing"))
    plan = stored_plan(settings, picture_zip, zoo, metrics)
    plan = replace(plan, run_id=new_run_id(), label_encoder=missing)
    store = RunStore(settings)
    store.create(plan, load_samples(picture_zip).summary())
    run_here(plan.run_id, settings, sources=SOURCES)
    cells = store.cells(plan.run_id)
    assert {cell.metric for cell in cells if isinstance(cell, Failure)} == {"emms"}
    assert {cell.metric for cell in cells if isinstance(cell, Score)} == {"logme", "emms:onehot"}
    assert len(cells) == len(plan.models) * len(metrics)


def test_the_class_names_are_embedded_in_the_model_process(
    settings: Settings, picture_zip: Path, zoo: Path, tmp_path: Path
) -> None:
    """The metric that reads them has a score where the text model runs in another process."""
    text_model = save_language_model(tmp_path / "words", "bert")
    encoder = ModelSpec(id="words", source="local", modality="text", path=str(text_model))
    plan = replace(
        stored_plan(settings, picture_zip, zoo, ("emms",)), run_id=new_run_id(), label_encoder=encoder
    )
    store = RunStore(settings)
    store.create(plan, load_samples(picture_zip).summary())
    with model_process(settings, plan.run_id) as models:
        run_here(plan.run_id, settings, sources=SOURCES, models=models)
    assert all(isinstance(cell, Score) for cell in store.cells(plan.run_id)), store.cells(plan.run_id)
