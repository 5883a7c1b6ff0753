"""The guide of the benchmark: its analysis and its engine, added as it says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.guides.guide import ROOT, copy_project, follow, python, section
from tests.ready_made import draw_features, save_features

GUIDE = (ROOT / "ptmrank_core" / "benchmark" / "README.md").read_text(encoding="utf-8")
STRENGTHS = {"strong": 3.0, "weak": 0.5}
READ_RESULTS = """
import json

import ptmrank_core
from ptmrank_core.benchmark import RunStore
from ptmrank_core.config import load_settings
from ptmrank_core.records import FeatureNorm

plan, _ = RunStore(load_settings()).recent()[-1]
result = RunStore(load_settings()).result(plan.run_id)
kept = [(one.subject, one.content.mean) for one in result.findings if one.kind == "feature-norm"]
means = {model: record.mean for model, record in result.contents(FeatureNorm).items()}
print(json.dumps([ptmrank_core.__file__, kept, means, result.problems(FeatureNorm)]))
"""
RUN_AGAIN = """
import json
from dataclasses import replace

from ptmrank_core.benchmark import RunStore, new_run_id
from ptmrank_core.benchmark.engines.at_once import run_at_once
from ptmrank_core.config import load_settings
from ptmrank_core.worker import SOURCES

settings = load_settings()
store = RunStore(settings)
plan, _ = store.recent()[-1]
again = replace(plan, run_id=new_run_id())
store.create(again, store.result(plan.run_id).samples)
state = run_at_once(again.run_id, settings, sources=SOURCES)
runs = (plan.run_id, again.run_id)
first, second = ([(cell.model, cell.metric, cell.value) for cell in store.cells(run)] for run in runs)
print(json.dumps([str(state), len(first), first == second, len(store.findings(again.run_id))]))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which the steps of the guide were followed."""
    copy = copy_project(tmp_path_factory.mktemp("project"))
    changed = [*follow(section(GUIDE, "An analysis"), copy), *follow(section(GUIDE, "An engine"), copy)]
    assert len(changed) == 8
    python(copy, copy / "home", "-m", "ruff", "check", "--no-cache", *map(str, changed))
    python(copy, copy / "home", "-m", "ruff", "format", "--no-cache", "--check", *map(str, changed))
    return copy


@pytest.fixture(scope="module")
def home(project: Path) -> Path:
    """The home of a finished run there, of two files of features."""
    folder = project / "home"
    for name, strength in STRENGTHS.items():
        save_features(project / "features" / f"{name}.npz", strength)
    python(project, folder, *("-m", "ptmrank_core", "rank", "--features", "features", "--metrics", "logme"))
    return folder


@pytest.mark.slow
def test_an_analysis_added_as_the_guide_says_is_done_and_kept(project: Path, home: Path) -> None:
    """A run in the copy keeps one record for each model, and the result gives back the numbers they hold."""
    package, kept, means, problems = json.loads(python(project, home, "-c", READ_RESULTS))
    assert Path(package).is_relative_to(project)
    assert set(means) == set(STRENGTHS)
    for model, mean in means.items():
        strength = STRENGTHS[model]
        expected = np.linalg.norm(draw_features(strength).astype(np.float32), axis=1).mean()
        assert mean == pytest.approx(expected, rel=1e-5)
    assert dict(kept) == means
    assert problems == {}


def test_an_engine_added_as_the_guide_says_does_a_run(project: Path, home: Path) -> None:
    """The same plan, done by the engine of the guide, finishes with the same scores and with findings."""
    state, n_scores, is_same, n_findings = json.loads(python(project, home, "-c", RUN_AGAIN))
    assert (state, n_scores, is_same) == ("finished", len(STRENGTHS), True)
    assert n_findings > 0
