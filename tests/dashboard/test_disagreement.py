"""Samples that one model's probe gets right and another's wrong, on the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.config import Settings
from ptmrank_core.records import Analyses, ProbeResult, RunPlan
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.dashboard.reading import open_section, texts
from tests.ready_made import draw_features, save_features

ONLY = Analyses(half_samples=0, projections=False)


def done(settings: Settings, folder: Path, analyses: Analyses = ONLY, **arrays: Any) -> RunPlan:
    """A finished run of a model that tells classes apart, one that hardly does, and noise."""
    for name, strength in (("strong", 4.0), ("weak", 0.8), ("noise", 0.0)):
        save_features(folder / "f" / f"{name}.npz", embeddings=draw_features(strength), **arrays)
    plan = stored_features_plan(settings, folder / "f", ("logme", "hscore"), analyses=analyses)
    run_here(plan.run_id, settings, sources=SOURCES)
    return plan


def shown(app: AppTest, plan: RunPlan) -> AppTest:
    """The samples of a run, reached by clicks."""
    app.run()
    app.button(key=f"open-{plan.run_id}").click().run()
    open_section(app, "Samples")
    return app


def kept(settings: Settings, plan: RunPlan, model: str) -> np.ndarray:
    """Losses of a probe, as the run has them."""
    return np.array(RunStore(settings).result(plan.run_id).contents(ProbeResult)[model].losses)


def counts(app: AppTest) -> list[list[int]]:
    """The two rows of the two by two table."""
    table = next(frame.value for frame in app.dataframe if "B is right" in frame.value)
    return table[["B is right", "B is wrong"]].to_numpy().tolist()


def test_the_best_and_the_worst_are_compared(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """The four counts are those of the kept losses; a gallery of many says that it is not all."""
    plan = done(settings, tmp_path)
    shown(app, plan)
    assert (app.selectbox(key="model-a").value, app.selectbox(key="model-b").value) == ("strong", "noise")
    right, other = (kept(settings, plan, model) == 0 for model in ("strong", "noise"))
    expected = [
        [int((right & other).sum()), int((right & ~other).sum())],
        [int((~right & other).sum()), int((~right & ~other).sum())],
    ]
    assert counts(app) == expected
    assert sum(map(sum, expected)) == 60
    only = expected[0][1]
    assert only > 24
    assert f"**strong** alone is right on {only} samples" in texts(app)
    assert f"A is right, B is wrong ({only})" in texts(app)
    assert f"The first 24 of {only}." in texts(app)
    gallery = next(frame.value for frame in app.dataframe if "note" in frame.value)
    assert len(gallery) == 24
    assert set(gallery["label"][:3]) == {"0", "1", "2"}
    assert all(said.startswith("taken for ") for said in gallery["note"])


def test_other_models_can_be_chosen(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """Two others are compared at once; a model with itself is refused in words."""
    plan = done(settings, tmp_path)
    shown(app, plan)
    app.selectbox(key="model-b").set_value("weak").run()
    right, other = (kept(settings, plan, model) == 0 for model in ("strong", "weak"))
    assert counts(app)[0] == [int((right & other).sum()), int((right & ~other).sum())]
    app.selectbox(key="model-a").set_value("weak").run()
    assert "Choose two different models." in texts(app)
    assert not app.exception


def test_numbers_are_compared_by_their_errors(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """For a regression the samples stand by the difference of their errors, with both."""
    plan = done(settings, tmp_path, labels=None, targets=draw_features(4.0)[:, 0])
    shown(app, plan)
    assert not app.exception
    assert "is closer on" in texts(app)
    notes = next(frame.value for frame in app.dataframe if "note" in frame.value)["note"]
    assert notes[0].startswith("off by ")
    table = next(frame.value for frame in app.dataframe if "first_error" in frame.value)
    gaps = (table["first_error"] - table["second_error"]).abs()
    assert (gaps.diff().dropna() <= 0).all()


def test_runs_without_predictions_say_so(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """No probe, and a probe of before predictions were kept: each has its own words."""
    plan = done(settings, tmp_path, replace(ONLY, probe=False))
    shown(app, plan)
    assert "This run fitted no linear probe" in texts(app)
    store = RunStore(settings)
    old = replace(plan, run_id="old", analyses=ONLY)
    store.create(old, store.result(plan.run_id).samples)
    run_here("old", settings, sources=SOURCES)
    for finding in store.findings("old"):
        if isinstance(finding.content, ProbeResult):
            store.add_finding("old", replace(finding, content=replace(finding.content, predictions=())))
    app.query_params.clear()
    app.query_params["run"] = "old"
    app.query_params["section"] = "Samples"
    app.run()
    assert not app.exception
    assert "kept no predictions" in texts(app)
