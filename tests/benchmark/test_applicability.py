"""Metrics that cannot be had, told before a run is planned."""

from __future__ import annotations

from dataclasses import replace

from ptmrank_core.benchmark import inapplicable_metrics
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import ModelSpec

HEADLESS = ModelSpec("a", "local", "image", revision="r", path="/a")
WITH_HEAD = replace(HEADLESS, id="b", n_source_classes=3)


def test_the_kind_of_labels_decides_first() -> None:
    """A regression leaves the metrics that know numbers, whatever the models are."""
    for models in ([], [HEADLESS], [WITH_HEAD]):
        out = inapplicable_metrics(models, "image", "regression")
        assert "leep" in out
        assert "logme" not in out


def test_without_candidates_only_the_samples_decide() -> None:
    """Every metric for classes is offered before a model was chosen."""
    assert inapplicable_metrics([], "image", "classification") == {}


def test_a_metric_needs_what_one_model_has() -> None:
    """LEEP is out of reach of headless models only; one head among them is enough."""
    assert "head" in inapplicable_metrics([HEADLESS], "image", "classification")["leep"]
    assert "leep" not in inapplicable_metrics([HEADLESS, WITH_HEAD], "image", "classification")


def test_what_is_not_known_yet_is_not_refused() -> None:
    """A Hub model may have a head, and a file of features any further array."""
    hub = ModelSpec("c/d", "hub", "text")
    assert "leep" not in inapplicable_metrics([hub], "text", "classification")
    own = ModelSpec("e", "features", "tabular", revision="r", path="/e.npz")
    assert inapplicable_metrics([own], "tabular", "classification") == {}


def test_a_modality_without_a_reference_set_has_no_ped() -> None:
    """Videos have no built-in reference set; recordings have one."""
    ped = next(name for name, spec in METRICS.items() if "reference_embeddings" in spec.needs)
    assert ped in inapplicable_metrics([WITH_HEAD], "video", "classification")
    assert ped not in inapplicable_metrics([WITH_HEAD], "audio", "classification")
