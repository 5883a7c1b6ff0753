"""What a run gives its metrics besides the samples' own features."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.benchmark.execution.metric_arrays import SOURCE, AuxiliarySets, metric_arrays
from ptmrank_core.catalogue import demo_models
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples, name_samples
from ptmrank_core.metrics import prepare_inputs
from ptmrank_core.records import ExtractionReport, Features, Reading, Samples, Score, SetFeatures, Skipped
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan


def features(labels: list[int], source_logits: np.ndarray, names: tuple[str, ...]) -> Features:
    """Features of samples and of source samples, the latter with these outputs of the head."""
    rng = np.random.default_rng(0)
    draw = rng.standard_normal((len(labels) + len(source_logits), 4)).astype(np.float32)
    return Features(
        embeddings=draw[: len(labels)],
        source_logits=None,
        labels=np.array(labels),
        report=ExtractionReport("float32"),
        auxiliary={SOURCE: SetFeatures(draw[len(labels) :], source_logits.astype(np.float32))},
        source_class_names=names,
    )


def source_samples(names: tuple[str, ...], labels: list[int]) -> Samples:
    """Source samples of these classes."""
    named = name_samples([names[label] + str(i) for i, label in enumerate(labels)])
    return replace(named, labels=np.array(labels), class_names=names)


def test_the_source_error_is_what_the_head_misses() -> None:
    """Classes of the source samples are found in the head by name, whatever their order and case."""
    logits = np.eye(3)[[0, 0, 1, 2]]  # the head says cat, cat, dog, fish
    own = features([0, 0, 0, 1], logits, ("Cat", "dog", "fish"))
    source = source_samples(("dog", "cat"), [1, 0, 0, 1])  # they are cat, dog, dog, cat
    arrays = metric_arrays(own, "classification", AuxiliarySets(source=source))
    assert arrays["source_error"] == 0.5
    assert arrays["target_error"] == 0.25  # always naming the class of three of four
    assert {"source_embeddings", "source_error", "target_error"} <= prepare_inputs(**arrays).available


def test_a_head_of_other_classes_tells_no_source_error() -> None:
    """Where the head does not know a class of the source samples nothing is guessed."""
    own = features([0, 0, 1, 1], np.eye(2), ("cat", "dog"))
    arrays = metric_arrays(
        own, "classification", AuxiliarySets(source=source_samples(("cat", "bird"), [0, 1]))
    )
    assert arrays["source_error"] is None
    assert "source_error" not in prepare_inputs(**arrays).available


def test_the_demo_zoo_keeps_pictures_of_its_source_tasks() -> None:
    """Every trained image model says where pictures of its source task lie; its head knows them."""
    for spec in (spec for spec in demo_models() if spec.modality == "image"):
        if spec.n_source_classes is None:
            assert spec.source_samples is None
            continue
        config = json.loads((Path(spec.path or "") / "config.json").read_text(encoding="utf-8"))
        assert set(load_samples(spec.source_samples or "").class_names) <= set(config["id2label"].values())


def test_source_samples_of_a_run_serve_every_model_whose_head_knows_them(
    settings: Settings, picture_zip: Path, zoo: Path, tmp_path: Path
) -> None:
    """With --source a model whose head names those classes is scored under WDJE; any other is skipped."""
    knowing = shutil.copytree(zoo / "resnet-b", tmp_path / "zoo" / "knowing")
    shutil.copytree(zoo / "resnet-b", tmp_path / "zoo" / "strange")
    names = load_samples(picture_zip).class_names
    config = json.loads((knowing / "config.json").read_text(encoding="utf-8"))
    config["id2label"] = {str(i): (*names, "other", "another")[i] for i in range(len(config["id2label"]))}
    (knowing / "config.json").write_text(json.dumps(config), encoding="utf-8")
    plan = replace(
        stored_plan(settings, picture_zip, tmp_path / "zoo", ["wdje"]),
        run_id="with-source",
        source_samples=str(picture_zip),
    )
    store = RunStore(settings)
    store.create(plan, load_samples(picture_zip).summary())
    read: list[str] = []

    def load(source: str, reading: Reading) -> Samples:
        read.append(source)
        return SOURCES.load_samples(source, reading)

    run_here(plan.run_id, settings, sources=replace(SOURCES, load_samples=load))
    assert len(read) == 2  # the samples and the source samples, whatever the number of models
    cells = {cell.model: cell for cell in store.cells(plan.run_id)}
    assert isinstance(cells["knowing"], Score)
    assert isinstance(cells["strange"], Skipped)
    assert "source_error" in cells["strange"].reason
