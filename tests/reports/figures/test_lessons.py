"""Figures of the lessons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ptmrank_core.lessons import STORIES, Scene, sweep, teach
from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.figures.lessons import scene_figure, share_of_range, sweep_figure


def test_the_scene_shows_every_sample_once_and_wrong_labels_hollow() -> None:
    """All points are drawn; those whose label is not their class have an open symbol."""
    lesson = teach(Scene(noise=0.5))
    drawn = scene_figure(lesson).data
    assert sum(len(trace.x) for trace in drawn) == 150
    hollow = sum(len(trace.x) for trace in drawn if trace.marker.symbol.endswith("-open"))
    labels = np.asarray(lesson.world.arrays["labels"])
    assert hollow == np.count_nonzero(labels != lesson.world.true_classes) > 0


def test_the_sweep_has_a_panel_for_the_probe_and_every_metric() -> None:
    """Fourteen curves are the sweep's own numbers, and a line marks the scene in each."""
    curves = sweep(Scene(), (0.0, 3.0))
    figure = sweep_figure(curves, 1.5)
    assert [trace.name for trace in figure.data] == [
        "Linear probe",
        *(METRICS[metric].title for metric in curves.values),
    ]
    assert list(figure.data[1].y) == list(curves.values["logme"])
    assert [line.x0 for line in figure.layout.shapes] == [1.5] * 14


def test_a_share_places_a_score_in_its_own_range() -> None:
    """The ends of the sweep are 0 and 1, and so is what lies beyond; a score without a value has no place."""
    curves = sweep(Scene(), (1.0, 3.0))
    shares = {
        at: share_of_range(curves, teach(replace(Scene(), separation=at))) for at in (0.0, 1.0, 3.0, 6.0)
    }
    assert [shares[at]["logme"] for at in shares] == [0.0, 0.0, 1.0, 1.0]
    between = share_of_range(curves, teach(Scene(separation=2.0)))["logme"]
    assert between is not None
    assert 0.2 < between < 0.8
    empty = replace(curves, values={"logme": (None, None)})
    assert share_of_range(empty, teach(Scene())) == {"logme": None}


def test_wide_noise_looks_perfect_where_it_is_fooled() -> None:
    """Beside a clean world the noise of the story looks best under SFDA, PED, EMMS and TransRate alone."""
    story = next(story for story in STORIES if story.title == "Wide noise looks like a perfect model")
    shares = share_of_range(sweep(Scene()), teach(story.scene))
    fooled = {metric for metric, share in shares.items() if share is not None and share > 0.95}
    assert {"sfda", "ped", "emms", "transrate"} <= fooled
    assert not fooled & {"logme", "leep", "nce", "hscore"}
