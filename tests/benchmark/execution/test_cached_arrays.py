"""What a metric reads of a ranked model, read again after the run: for the picture of the metric."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.benchmark import (
    SHIPPED_RUN,
    RunStore,
    cached_arrays,
    model_process,
    new_run_id,
    run_here,
    shipped_store,
)
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.features import FeatureCache
from ptmrank_core.metrics import METRICS, compute, inapplicable_reason, prepare_inputs
from ptmrank_core.records import ModelSpec, Score
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.language_checkpoints import save_language_model
from tests.ready_made import draw_features, save_features


def test_every_score_of_a_run_follows_from_what_is_kept(
    settings: Settings, picture_zip: Path, zoo: Path, tmp_path: Path
) -> None:
    """Features, outputs of the head and embedded class names give the scores; elsewhere nothing is kept."""
    text_model = save_language_model(tmp_path / "words", "bert")
    encoder = ModelSpec(id="words", source="local", modality="text", path=str(text_model))
    metrics = ("logme", "leep", "emms")
    plan = replace(stored_plan(settings, picture_zip, zoo, metrics), run_id=new_run_id())
    plan = replace(plan, label_encoder=encoder)
    samples, store = load_samples(picture_zip), RunStore(settings)
    store.create(plan, samples.summary())
    with model_process(settings, plan.run_id) as models:
        run_here(plan.run_id, settings, sources=SOURCES, models=models)
    result = store.result(plan.run_id)
    scores = [cell for cell in result.cells if isinstance(cell, Score)]
    assert {cell.metric for cell in scores} == set(metrics)
    with FeatureCache(settings) as cache:
        for cell in scores:
            arrays = cached_arrays(result, cell.model, samples, cell.metric, sources=SOURCES, cache=cache)
            assert arrays is not None
            assert compute(cell.metric, prepare_inputs(**arrays)).value == pytest.approx(cell.value, rel=1e-9)
    with FeatureCache(Settings(home=tmp_path / "elsewhere")) as empty:
        assert cached_arrays(result, scores[0].model, samples, "logme", sources=SOURCES, cache=empty) is None


def test_ready_made_features_come_from_their_file(settings: Settings, tmp_path: Path) -> None:
    """All arrays of the file are there, in the unit of the run."""
    reference = np.random.default_rng(1).normal(size=(20, 8))
    save_features(tmp_path / "f" / "m.npz", embeddings=draw_features(2.0), reference_embeddings=reference)
    plan = stored_features_plan(settings, tmp_path / "f", ("ped",))
    run_here(plan.run_id, settings, sources=SOURCES)
    result = RunStore(settings).result(plan.run_id)
    samples = SOURCES.load_samples(plan.samples_source, plan.reading)
    with FeatureCache(settings) as cache:
        arrays = cached_arrays(result, "m", samples, "ped", sources=SOURCES, cache=cache)
    assert arrays is not None
    [score] = [cell for cell in result.cells if isinstance(cell, Score)]
    assert compute("ped", prepare_inputs(**arrays)).value == score.value


def test_the_run_that_comes_along_keeps_its_embeddings(settings: Settings) -> None:
    """Scores that read nothing else follow from them; those of a head are said not to be there."""
    result = shipped_store().result(SHIPPED_RUN)
    samples = load_samples(result.plan.samples_source)
    model = "demo:swin-digits"
    with FeatureCache(settings) as cache:
        arrays = cached_arrays(result, model, samples, "sfda", sources=SOURCES, cache=cache)
    assert arrays is not None
    inputs = prepare_inputs(**arrays)
    kept = {
        cell.metric: cell.value for cell in result.cells if isinstance(cell, Score) and cell.model == model
    }
    for metric in ("sfda", "logme", "gbc", "hscore", "transrate", "etran"):
        assert compute(metric, inputs).value == pytest.approx(kept[metric], rel=1e-6)
    assert inapplicable_reason(METRICS["leep"], inputs.available, inputs.task) is not None
