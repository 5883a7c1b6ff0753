"""A search within a budget on tiny checkpoints and on files of features."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core import reports, results
from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.benchmark.search.budget import SampleSubset, Search
from ptmrank_core.catalogue import feature_models, local_models
from ptmrank_core.config import Settings
from ptmrank_core.data import load_feature_samples, load_samples
from ptmrank_core.errors import CancelledError, InputError
from ptmrank_core.events import CellDone, Event
from ptmrank_core.metrics import prepare_inputs
from ptmrank_core.records import AS_RECOGNISED, Failure, RunState
from ptmrank_core.results.references import references_of
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.checkpoints import save_checkpoint
from tests.pictures import picture_files, write_zip
from tests.ready_made import save_features

N = 240
LABELS = np.arange(N) % 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Features of twelve models, two of them far better than the rest, and a file that is none."""
    rng = np.random.default_rng(0)
    for i in range(12):
        strength = {0: 2.0, 1: 1.7}.get(i, 0.3)
        features = rng.normal(size=(N, 6)) + strength * np.eye(6)[LABELS]
        save_features(tmp_path / "f" / f"m{i:02d}.npz", embeddings=features, labels=LABELS)
    (tmp_path / "f" / "bad.npz").write_text("hello", encoding="utf-8")
    return tmp_path / "f"


def test_finalists_are_found_and_run(settings: Settings, folder: Path) -> None:
    """The good models reach all samples, the run is the finalists', and what went says why."""
    plan = stored_features_plan(settings, folder, ["logme", "hscore"])
    samples = load_feature_samples(folder, plan.models)
    search = Search(plan, samples, settings, SOURCES)
    found = search.within(6)
    ids = [spec.id for spec in found.finalists]
    assert ids[:2] == ["m00", "m01"]
    assert len(ids) < 12
    assert found.report.samples_run <= 6 * N
    assert found.report.saved == pytest.approx(1 - found.report.samples_run / (13 * N))
    gone = {
        own.model: own.reason for played in found.report.rounds for own in played.decisions if not own.kept
    }
    assert gone.keys() == {spec.id for spec in plan.models} - set(ids)
    assert gone.pop("bad") == "no score"
    assert all("not among the best 3" in why or "the budget allows" in why for why in gone.values())


def test_failures_pass_through(settings: Settings, folder: Path) -> None:
    """A model that failed in a round stands in the final result with its failure, not tried again."""
    plan = replace(stored_features_plan(settings, folder, ["logme", "pactran"]), run_id="final")
    samples = load_feature_samples(folder, plan.models)
    search = Search(plan, samples, settings, SOURCES)
    store = RunStore(settings)
    final = search.keep(search.within(6), store)
    seen: list[Event] = []
    assert run_here("final", settings, sources=SOURCES, sink=seen.append) is RunState.FINISHED
    result = store.result("final")
    failed = {cell.metric for cell in result.cells if isinstance(cell, Failure) and cell.model == "bad"}
    assert failed == {"logme", "pactran"}
    assert not [e for e in seen if isinstance(e, CellDone) and e.cell.model == "bad"]
    assert len(result.cells) == 2 * len(final.models)
    payload = reports.rank_payload(result, results.rank_result(result))
    assert payload["budget"]["finalists"] == [spec.id for spec in final.models if spec.id != "bad"]
    text = reports.rank_text(result)
    assert "budget of 6 models" in text
    assert "  m11 dropped: " in text


def test_no_sample_is_run_twice(settings: Settings, tmp_path: Path) -> None:
    """Models run on exactly the samples that the report counts: rounds add theirs, the last the rest."""
    zipped = write_zip(tmp_path / "p.zip", picture_files(30))
    for seed in range(5):
        save_checkpoint(tmp_path / "zoo" / f"m{seed}", "resnet", seed=seed)
    plan = stored_plan(settings, zipped, local_models(tmp_path / "zoo"), ["logme", "hscore"])
    plan = replace(plan, run_id="final")
    search = Search(plan, load_samples(zipped), settings, SOURCES)
    found = search.within(4)
    store = RunStore(settings)
    search.keep(found, store)
    run_here("final", settings, sources=SOURCES)
    result = store.result("final")
    report = reports.rank_payload(result, results.rank_result(result))["budget"]
    assert report["rounds"]
    assert report["computed"] == report["samples_run"] < report["samples_without"] == 5 * 90
    assert report["samples_run"] <= 4 * 90


def test_controls_take_no_part(settings: Settings, folder: Path) -> None:
    """No round runs them and no budget is spent on them; the final run says so of each."""
    plan = replace(stored_features_plan(settings, folder, ["logme", "hscore"]), run_id="final")
    models = tuple(
        replace(spec, control="untrained weights") if spec.id == "m00" else spec for spec in plan.models
    )
    plan = replace(plan, models=models)
    samples = load_feature_samples(folder, plan.models)
    search, store = Search(plan, samples, settings, SOURCES), RunStore(settings)
    found = search.within(6)
    assert all(own.model != "m00" for played in found.report.rounds for own in played.decisions)
    assert found.report.saved == pytest.approx(1 - found.report.samples_run / (12 * N))
    search.keep(found, store)
    cells = {cell for cell in store.cells("final") if cell.model == "m00"}
    assert {cell.metric for cell in cells} == {"logme", "hscore"}
    (control,) = references_of(store.result("final"))
    assert control.problems["logme"] == "A search on a budget runs candidates only, no controls."
    only = replace(plan, models=plan.controls)
    with pytest.raises(InputError, match="All of these models are controls"):
        Search(only, samples, settings, SOURCES).within(6)


def test_everything_fits(settings: Settings, folder: Path) -> None:
    """A budget of as many models as there are plays no round and saves nothing."""
    plan = stored_features_plan(settings, folder, ["logme"])
    samples = load_feature_samples(folder, plan.models)
    found = Search(plan, samples, settings, SOURCES).within(13)
    assert found.finalists == plan.models
    assert (found.report.rounds, found.report.saved) == ((), 0.0)


def test_a_search_can_be_cancelled(settings: Settings, folder: Path) -> None:
    """Pulling the token ends it, and no run is left behind."""
    plan = stored_features_plan(settings, folder, ["logme"])
    samples = load_feature_samples(folder, plan.models)
    before = RunStore(settings).recent()
    search = Search(plan, samples, settings, SOURCES, cancel=lambda: True)
    with pytest.raises(CancelledError):
        search.within(6)
    assert RunStore(settings).recent() == before


def test_a_subset_is_rows_of_everything(tmp_path: Path) -> None:
    """Samples, labels and every array of a file with a row a sample are cut alike; the rest stays whole."""
    rng = np.random.default_rng(0)
    auxiliary = {
        "source_logits": rng.normal(size=(60, 4)),
        "reference_embeddings": rng.normal(size=(30, 8)),
        "sample_label_embeddings": rng.normal(size=(2, 60, 5)),
    }
    save_features(tmp_path / "f" / "a.npz", **auxiliary)
    models = feature_models(tmp_path / "f")
    samples = load_feature_samples(tmp_path / "f", models)
    rows = np.array([0, 1, 2, 30, 31, 59])
    subset = SampleSubset(samples, SOURCES, rows)
    assert subset.samples.names == tuple(samples.names[i] for i in rows)
    assert subset.samples.fingerprint != samples.fingerprint
    ready = subset.sources().load_features(models[0], AS_RECOGNISED, subset.samples)
    inputs = prepare_inputs(**ready.arrays)
    assert inputs.n_samples == 6
    np.testing.assert_array_equal(inputs.source_logits, auxiliary["source_logits"][rows])
    np.testing.assert_array_equal(
        inputs.sample_label_embeddings, auxiliary["sample_label_embeddings"][:, rows]
    )
    assert inputs.reference_embeddings is not None
    assert len(inputs.reference_embeddings) == 30
