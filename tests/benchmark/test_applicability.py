"""Metrics that cannot be had, told before a run is planned."""

from __future__ import annotations

from dataclasses import replace

from ptmrank_core.benchmark import metrics_out_of_reach
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import ModelSpec

HEADLESS = ModelSpec("a", "local", "image", revision="r", path="/a")
WITH_HEAD = replace(HEADLESS, id="b", n_source_classes=3)


def test_the_kind_of_labels_decides_first() -> None:
    """A regression leaves the metrics that know numbers, whatever the models are."""
    for models in ([], [HEADLESS], [WITH_HEAD]):
        out = metrics_out_of_reach(models, "image", "regression")
        assert "leep" in out
        assert "logme" not in out


def test_without_candidates_only_the_samples_decide() -> None:
    """Every metric for classes is offered before a model was chosen."""
    assert metrics_out_of_reach([], "image", "classification") == {}


def test_a_metric_needs_what_one_model_has() -> None:
    """LEEP is out of reach of headless models only; one head among them is enough."""
    assert "head" in metrics_out_of_reach([HEADLESS], "image", "classification")["leep"]
    assert "leep" not in metrics_out_of_reach([HEADLESS, WITH_HEAD], "image", "classification")


def test_what_is_not_known_yet_is_not_refused() -> None:
    """A Hub model may have a head, and a file of features any further array."""
    hub = ModelSpec("c/d", "hub", "text")
    assert "leep" not in metrics_out_of_reach([hub], "text", "classification")
    own = ModelSpec("e", "features", "tabular", revision="r", path="/e.npz")
    assert metrics_out_of_reach([own], "tabular", "classification") == {}


def test_a_modality_without_a_reference_set_has_no_ped() -> None:
    """Videos have no built-in reference set; recordings have one."""
    ped = next(name for name, spec in METRICS.items() if "reference_embeddings" in spec.needs)
    assert ped in metrics_out_of_reach([WITH_HEAD], "video", "classification")
    assert ped not in metrics_out_of_reach([WITH_HEAD], "audio", "classification")
