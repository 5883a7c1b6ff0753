"""The world that metrics are learnt with, and what its stories claim."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from ptmrank_core.errors import InputError
from ptmrank_core.lessons import STORIES, Scene, make_world, sweep, teach
from ptmrank_core.metrics import default_metrics

BY_TITLE = {story.title: story.scene for story in STORIES}


def values(scene: Scene) -> dict[str, float]:
    """The score of every metric in a scene."""
    return {metric: output.value for metric, output in teach(scene).outputs.items()}


def test_class_means_lie_as_far_apart_as_the_scene_says() -> None:
    """With many samples neighbours are one separation apart, and each class has unit variance."""
    world = make_world(Scene(separation=3.0, n_per_class=2_000, n_classes=5))
    means = np.stack([world.points[world.true_classes == index].mean(axis=0) for index in range(5)])
    neighbours = np.linalg.norm(means - np.roll(means, 1, axis=0), axis=1)
    np.testing.assert_allclose(neighbours, 3.0, atol=0.1)
    within = world.points - means[world.true_classes]
    np.testing.assert_allclose(within.std(axis=0), 1.0, atol=0.03)


def test_noise_redraws_its_share_of_the_labels() -> None:
    """Of 60 % redrawn labels two in three are wrong, where there are three classes."""
    world = make_world(Scene(noise=0.6, n_per_class=2_000))
    wrong = np.mean(world.arrays["labels"] != world.true_classes)
    assert wrong == pytest.approx(0.4, abs=0.02)
    assert np.array_equal(make_world(Scene()).arrays["labels"], make_world(Scene()).true_classes)


def test_a_slider_moves_nothing_else() -> None:
    """Other noise features, labels or separations leave the same samples where they were."""
    start = Scene(n_noise_features=4)
    world = make_world(start)
    wider = make_world(replace(start, n_noise_features=9)).arrays["embeddings"]
    np.testing.assert_array_equal(wider[:, :6], world.arrays["embeddings"])
    noisy = make_world(replace(start, noise=0.5))
    np.testing.assert_array_equal(noisy.points, world.points)
    moved = make_world(replace(start, separation=5.0)).points - world.points
    for index in range(3):  # a class moves as a whole
        np.testing.assert_allclose(np.ptp(moved[world.true_classes == index], axis=0), 0, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("separation", -1.0),
        ("separation", float("nan")),
        ("noise", 1.1),
        ("n_per_class", 1),
        ("n_classes", 9),
    ],
)
def test_a_scene_out_of_range_is_refused_by_name(name: str, value: float) -> None:
    """The error names the number, its value and its range."""
    with pytest.raises(InputError, match=f"{name} is {value}; expected a number from"):
        make_world(replace(Scene(), **{name: value}))


def test_every_metric_has_a_score() -> None:
    """Every metric applies to the world."""
    lesson = teach(Scene())
    assert set(lesson.outputs) == set(default_metrics())
    assert not lesson.problems


def test_a_sweep_is_the_scores_of_its_scenes() -> None:
    """The curve of a metric at a separation is its score in that scene."""
    curves = sweep(Scene(), (1.0, 4.0))
    for index, separation in enumerate((1.0, 4.0)):
        lesson = teach(replace(Scene(), separation=separation))
        assert curves.accuracies[index] == lesson.accuracy
        assert {metric: curve[index] for metric, curve in curves.values.items()} == values(lesson.scene)


def test_story_classes_move_apart() -> None:
    """Twelve scores and the probe rise with the separation; WDJE falls."""
    curves = sweep(BY_TITLE["Classes move apart"], (0.0, 2.0, 4.0, 6.0))
    known = {metric: [float(value or 0) for value in curve] for metric, curve in curves.values.items()}
    rising = {metric for metric, curve in known.items() if all(b > a for a, b in pairwise(curve))}
    assert rising == set(default_metrics()) - {"wdje"}
    assert all(b > a for a, b in pairwise(curves.accuracies))
    assert known["wdje"][-1] < known["wdje"][0]


def test_story_wide_noise() -> None:
    """Where the probe guesses, SFDA and PED are 1, EMMS 0 and TransRate over 100; four are not taken in."""
    scene = BY_TITLE["Wide noise looks like a perfect model"]
    lesson, found = teach(scene), values(scene)
    assert lesson.accuracy < 0.45
    assert found["sfda"] > 0.999
    assert found["ped"] > 0.999
    assert found["emms"] > -1e-6
    assert found["transrate"] > 100
    good = values(Scene(separation=2.0))
    assert all(found[metric] < good[metric] for metric in ("logme", "leep", "nce", "hscore"))
    assert lesson.world.arrays["embeddings"].shape == (150, 152)


def test_story_wrong_labels() -> None:
    """Redrawn labels lower every score."""
    scene = BY_TITLE["Wrong labels cost every metric"]
    spoilt, clean = values(scene), values(replace(scene, noise=0.0))
    assert all(spoilt[metric] < clean[metric] for metric in default_metrics())


def test_story_good_enough() -> None:
    """NCE and N-LEEP are at 0 and ETran at 1, there and further out; three others still move."""
    scene = BY_TITLE["Good enough is all the same"]
    here, further = values(scene), values(replace(scene, separation=10.0))
    for metric, best in (("nce", 0.0), ("nleep", 0.0), ("etran", 1.0)):
        assert here[metric] == pytest.approx(best, abs=1e-3)
        assert further[metric] == pytest.approx(best, abs=1e-3)
    assert all(further[metric] > here[metric] + 0.01 for metric in ("logme", "emms", "transrate"))


def test_story_round_features() -> None:
    """The shrunk H-Score of two round features is 0 although the probe is right on three in four."""
    lesson = teach(BY_TITLE["Round features fool the shrinkage"])
    assert lesson.outputs["hscore"].value == pytest.approx(0.0, abs=1e-9)
    assert lesson.accuracy > 0.7
