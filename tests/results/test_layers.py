"""Hidden layers: the best of a model, the mean over all, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptmrank_core.metrics import METRICS
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.scores import LayerSummary, say_layers, summarise_layers


def test_layers_are_averaged_and_the_best_is_named() -> None:
    """Each model has the mean over all of its layers, and its best layer; of equal ones it is the last."""
    found = summarise_layers("logme", {"deep": (-0.9, -0.2, -0.4), "flat": (-0.6, -0.6)})
    assert found == {
        "deep": LayerSummary(1, -0.2, 3, pytest.approx(-0.5)),
        "flat": LayerSummary(1, -0.6, 2, pytest.approx(-0.6)),
    }


def test_where_lower_is_better_the_best_layer_is_the_lowest(monkeypatch: pytest.MonkeyPatch) -> None:
    """No metric of today is a cost; the direction is a fact of the metric all the same."""
    lower = {"logme": replace(METRICS["logme"], higher_is_better=False)}
    monkeypatch.setattr("ptmrank_core.results.scores.layers.METRICS", lower)
    assert summarise_layers("logme", {"a": (0.5, 0.2, 0.4)})["a"].best == 1


def test_a_model_with_a_layer_missing_has_no_mean() -> None:
    """Part of the layers is no fair comparison; the best of those with a score is named all the same."""
    found = summarise_layers("logme", {"deep": (-0.9, None, -0.4), "failed": (None, None)})
    assert found == {"deep": LayerSummary(2, -0.4, 3, None)}


def test_models_whose_earlier_layers_are_better_are_named() -> None:
    """Only those; and that layers do not vote is said beside, with the reason."""
    summaries = summarise_layers("logme", {"a": (0.1, 0.3, 0.2), "b": (0.1, 0.2), "c": (0.5, 0.4)})
    first, second = map(strip_bidi, say_layers("logme", summaries))
    assert first == (
        "Under LogME an earlier layer scores higher than the last for a (layer 1 of 0 to 2) and c (layer 0 of"
        " 0 to 1): features taken there may serve better than the model's own."
    )
    assert second.startswith("Layers do not vote: ")
    last_is_best = say_layers("logme", {"b": summaries["b"]})
    assert last_is_best[0] == "Under LogME no earlier layer scores higher than the last."
    assert say_layers("logme", {}) == ()
