"""Every kind of target with every analysis, at sizes where each of them has something to do."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.views.results.sections import SECTIONS
from ptmrank_core.benchmark import RunStore
from ptmrank_core.cli import main
from ptmrank_core.config import Settings, has_peft
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import (
    Analyses,
    HalfSampleScores,
    PartScores,
    PermutedScores,
    ProbeResult,
    ProjectedEmbeddings,
    RunResult,
    Score,
)
from tests.dashboard.serving import APP
from tests.waiting import PATIENCE_SECONDS

N_SAMPLES, N_FEATURES, N_CLASSES, N_GROUPS = 120, 8, 3, 24
CODES = np.arange(N_SAMPLES) % N_CLASSES
MODELS = {"good": 3.0, "fair": 1.5, "weak": 0.5}
# Each field of Analyses -> how the command line switches it on; the test below fails where one is not here.
ANALYSES: dict[str, tuple[str, ...]] = {
    "half_samples": ("--intervals", "20"),
    "probe": (),
    "sample_sizes": ("--sample-sizes",),
    "controls": ("--controls",),
    "references": (),
    "fine_tune": ("--fine-tune", "1"),
    "fine_tune_seconds": ("--fine-tune-seconds", "5"),
    "decide_seconds": ("--decide", "0.5"),
    "lora": ("--lora",) if has_peft() else (),  # an extra
    "projections": (),
}
# Only models can be trained; here are features.
TRAINING = ("fine_tune", "fine_tune_seconds", "decide_seconds", "lora")
KINDS = ("classes", "numbers", "several labels", "groups")


def features_of(strength: float, seed: int) -> np.ndarray:
    """Features of shape (120, 8) that tell the three classes apart the better, the larger the strength."""
    noise = np.random.default_rng(seed).normal(size=(N_SAMPLES, N_FEATURES))
    return noise + strength * np.eye(N_FEATURES)[CODES]


def targets_of(kind: str) -> dict[str, Any]:
    """Arrays of a file of features that label its samples."""
    if kind == "numbers":
        return {"targets": CODES + np.random.default_rng(9).normal(scale=0.1, size=N_SAMPLES)}
    if kind == "several labels":
        marks = np.eye(N_CLASSES)[CODES]
        marks[np.random.default_rng(9).random(marks.shape) < 0.15] = 1.0
        return {"targets": marks}
    return {"labels": np.array([f"c{code}" for code in CODES])}


def subject_of(kind: str, folder: Path) -> list[str]:
    """Write samples and three models of a kind; return how the command line names them."""
    (folder / "f").mkdir(parents=True)
    for seed, (name, strength) in enumerate(MODELS.items()):
        np.savez(folder / "f" / f"{name}.npz", embeddings=features_of(strength, seed), **targets_of(kind))
    if kind != "groups":
        return ["--features", str(folder / "f")]
    header = ",".join([*(f"x{k}" for k in range(N_FEATURES)), "speaker", "label"])
    rows = [
        ",".join([*map(repr, row), f"s{i // (N_SAMPLES // N_GROUPS)}", f"c{CODES[i]}"])
        for i, row in enumerate(features_of(1.0, 7).tolist())
    ]
    (folder / "t.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    models = ",".join(["columns", *(str(folder / "f" / f"{name}.npz") for name in ("good", "weak"))])
    named = ["--task", "tabular-classification", "--samples", str(folder / "t.csv"), "--models", models]
    return [*named, "--label-column", "label", "--group-column", "speaker"]


def ranked(kind: str, folder: Path, settings: Settings, more: tuple[str, ...]) -> tuple[RunResult, Any]:
    """Rank on the command line; return the run as it is kept, and its JSON."""
    assert main(["rank", *subject_of(kind, folder), "--out", str(folder / "out"), *more]) == 0
    [(plan, _)] = RunStore(settings).recent()
    payload = json.loads((folder / "out" / "result.json").read_text(encoding="utf-8"))
    return RunStore(settings).result(plan.run_id), payload


def test_every_analysis_is_among_them() -> None:
    """A new analysis has to be switched on here, too."""
    assert set(ANALYSES) == {field.name for field in dataclasses.fields(Analyses)}


# By default there is less to show: one kind of target is enough for the fast tier.
@pytest.mark.parametrize(
    ("kind", "is_all"),
    [
        *(
            pytest.param(
                kind,
                True,
                id=f"every analysis-{kind}",
                marks=() if kind in {"classes", "numbers"} else pytest.mark.slow,
            )
            for kind in KINDS
        ),
        pytest.param("classes", False, id="by default-classes"),
        *(pytest.param(kind, False, id=f"by default-{kind}", marks=pytest.mark.slow) for kind in KINDS[1:]),
    ],
)
def test_a_run_is_ranked_and_shown(kind: str, tmp_path: Path, settings: Settings, *, is_all: bool) -> None:
    """Each analysis finds something or says why not; the command line ranks, and every section draws it."""
    asked = [words for name, words in ANALYSES.items() if name not in TRAINING]
    more = tuple(word for words in asked for word in words) if is_all else ()
    result, payload = ranked(kind, tmp_path, settings, more)
    models = {spec.id for spec in result.plan.models}
    assert set(payload["ranking"]["order"]) == models
    assert set(result.contents(ProbeResult)) == models
    assert {key.split(":")[0] for key in result.contents(ProjectedEmbeddings)} >= {"tsne"}
    assert set(result.contents(PartScores)) == models
    scored = {cell.metric for cell in result.cells if isinstance(cell, Score)}
    assert scored >= {name for name in result.plan.metrics if applies(name, result)}
    assert set(result.contents(HalfSampleScores)) >= {m for m in scored if METRICS[m].cost != "iterative"}
    assert payload["sample_sizes"]["curves"]
    if is_all:
        assert set(result.contents(PermutedScores)) == models
        assert payload["controls"]["sentences"]
    st.cache_resource.clear()
    st.cache_data.clear()
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS).run()
    app.button(key=f"open-{result.plan.run_id}").click().run()
    for title in SECTIONS:
        app.segmented_control(key="section").set_value(title).run()
        assert not app.exception, title
        assert not app.error, title


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["fine_tune", "decide_seconds"])
def test_training_of_features_is_refused(
    kind: str, name: str, tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is computed, with what to do instead."""
    assert main(["rank", *subject_of(kind, tmp_path), *ANALYSES[name]]) == 2
    assert "nothing here can be trained" in capsys.readouterr().err
    assert RunStore(settings).recent() == []


def applies(metric: str, result: RunResult) -> bool:
    """Whether a metric is defined on the targets of a run and needs nothing that its models lack."""
    spec = METRICS[metric]
    return result.samples.target_kind in spec.tasks and not spec.needs
