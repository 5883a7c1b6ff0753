"""The original tool's example as a script: only the package's name is another."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ptmrank_core.benchmark import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.models import ModelsPeatMOSS
from ptmrank_core.records import Failure, RunResult, RunState, Score
from tests.checkpoints import FAMILIES, save_checkpoint
from tests.loopback_hub import HubRepository, LoopbackHub, loopback_hub
from tests.waiting import PATIENCE_SECONDS

TASK = "image-classification"
ROOT = Path(__file__).resolve().parents[2]
ORIGINAL = """
from ptmrank.benchmarker import Benchmarker
from ptmrank.models import ModelsPeatMOSS, Model, Models
from ptmrank.examples import (
    load_image_example,
    load_text_example,
    load_audio_example,
)

# models = Models([Model(model_name=<>,ckpt=<>,embedding_function=<>)...])
models = ModelsPeatMOSS('./mapping.json')['image-classification'] # Selects PeaTMOSS PTMs 

# Sets the pipeline for a specific metric
benchmarker = Benchmarker(
    models, store_features='./checkpoints', 
    logme=True, regression=False, auto_increment_if_failed=True
)

# ./ptmrank/examples.py shows porting your files into PTMRank Dataloaders
benchmarker('image-classification', load_image_example(), 5)
"""  # noqa: W291 - to the letter


def run_script(code: str, folder: Path, hub: LoopbackHub) -> subprocess.CompletedProcess[str]:
    """Run a script in a folder, in a process that knows no hub but this one."""
    script = folder / "script.py"
    script.write_text(code, encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "HF_ENDPOINT": hub.endpoint,
        "HF_HOME": str(folder / "hub"),
        "HF_HUB_OFFLINE": "0",
        "PTMRANK_HOME": str(folder / "home"),
    }
    return subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", script.name],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def stored(folder: Path) -> RunResult:
    """The only run that a script has left behind."""
    store = RunStore(Settings(home=folder))
    [(plan, _)] = store.recent()
    return store.result(plan.run_id)


@pytest.mark.slow
def test_the_original_example_runs(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Five of the category's models are ranked under LogME: the sixth takes the place of a gated one.

    The mapping is the catalogue's own; the hub serves tiny checkpoints under its ids.
    """
    folder, place = tmp_path, tmp_path_factory.mktemp("tiny")
    build = [sys.executable, "-m", "ptmrank_core", "catalogue", "build", "--out", "mapping.json"]
    subprocess.run(build, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    models = [model.model_name for model in ModelsPeatMOSS(folder / "mapping.json")[TASK][: len(FAMILIES)]]
    repositories = {
        name: HubRepository.of(save_checkpoint(place / family, family, seed=seed))
        for seed, (name, family) in enumerate(zip(models, FAMILIES, strict=True))
    }
    repositories[models[1]].gated = 403
    with loopback_hub(repositories) as hub:
        done = run_script(ORIGINAL.replace("ptmrank.", "ptmrank_core."), folder, hub)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""  # what it found goes to whoever asks; how far it is, to standard error
    told = done.stderr.splitlines()
    assert told.pop(2).startswith(f"{models[1]} under logme: '{models[1]}' is gated")
    assert told == [*(f"[{i + 1}/5] {name}" for i, name in enumerate(models[:5])), f"[6/6] {models[5]}"]
    result = stored(folder / "checkpoints")
    assert result.state is RunState.FINISHED
    assert [spec.id for spec in result.plan.models] == models
    assert result.plan.metrics == ("logme",)
    assert result.samples.n_samples == 600
    scored = [cell.model for cell in result.cells if isinstance(cell, Score)]
    assert scored == [models[0], *models[2:]]
    [failed] = [cell for cell in result.cells if isinstance(cell, Failure)]
    assert (failed.model, failed.error) == (models[1], "GatedModelError")
    revisions = {name: repositories[name].commit for name in scored}
    assert {name: outcome.spec.revision for name, outcome in result.outcomes.items()} == revisions
    assert not (folder / "home").exists()
    with sqlite3.connect(folder / "checkpoints" / "features" / "cache.db") as cache:
        assert cache.execute("SELECT COUNT(*) FROM Cache").fetchone()[0] >= 5 * 600
