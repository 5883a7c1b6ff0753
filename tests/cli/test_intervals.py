"""Rank intervals and the search within a budget, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_cli import run_here
from tests.ready_made import save_features

N = 240
LABELS = np.arange(N) % 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Features of eight models, one of them far better than the rest."""
    rng = np.random.default_rng(0)
    for i in range(8):
        features = rng.normal(size=(N, 6)) + (0.3 if i else 2.0) * np.eye(6)[LABELS]
        save_features(tmp_path / "f" / f"m{i}.npz", embeddings=features, labels=LABELS)
    return tmp_path / "f"


@pytest.mark.usefixtures("home")
def test_the_number_of_parts_is_asked_for(folder: Path) -> None:
    """``--intervals`` gives so many parts; the JSON has intervals, chances and ties."""
    arguments = ("--features", str(folder), "--metrics", "logme,hscore", "--intervals", "20")
    done = run_here("rank", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    ranking = json.loads(done.stdout)["ranking"]
    assert (ranking["n_halves"], ranking["level"]) == (20, 0.9)
    assert ranking["intervals"]["m0"] == [1, 1]
    assert ranking["p_best"]["m0"] > 0.99
    assert set(ranking["metric_intervals"]) == {"logme", "hscore"}
    assert all("m0" not in group for group in ranking["ties"])
    assert ranking["missing_intervals"] == {}


@pytest.mark.usefixtures("home")
def test_a_budget_ranks_the_finalists(folder: Path) -> None:
    """With ``--budget`` only finalists are ranked; the JSON says what was saved and why the others went."""
    arguments = ("--features", str(folder), "--metrics", "logme,hscore", "--intervals", "0")
    done = run_here("rank", *arguments, "--budget", "5", "--json")
    assert done.returncode == 0, done.stderr
    payload = json.loads(done.stdout)
    budget = payload["budget"]
    assert payload["ranking"]["order"][0] == "m0"
    assert sorted(payload["ranking"]["order"]) == sorted(budget["finalists"])
    assert budget["samples_run"] <= 5 * N < budget["samples_without"] == 8 * N
    gone = [own for played in budget["rounds"] for own in played["decisions"] if not own["kept"]]
    assert {own["model"] for own in gone} | set(budget["finalists"]) == {f"m{i}" for i in range(8)}
    assert all(own["reason"] for own in gone)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("budget", "message"), [("0", "at least 1"), ("2", "Expected a budget of at least")])
def test_a_budget_that_cannot_be_kept_is_bad_input(
    folder: Path, home: Path, budget: str, message: str
) -> None:
    """Status 2, what it takes, nothing on standard output, and no run."""
    done = run_here("rank", "--features", str(folder), "--metrics", "logme", "--budget", budget, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "runs" / "runs.sqlite").exists()
