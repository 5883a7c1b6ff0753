"""Artificial samples: each setting does what it says, and moves nothing else."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from sklearn.metrics import mutual_info_score

from ptmrank_core.errors import InputError
from ptmrank_core.lessons import KNOBS, Candidate, Task, World, class_counts, make_world

MANY = Task(n_per_class=2_000)
CANDIDATE = Candidate()


def means_of(values: Any, world: World) -> Any:
    """Mean of each class."""
    classes = range(int(world.true_classes.max()) + 1)
    return np.stack([values[world.true_classes == index].mean(axis=0) for index in classes])


def within(world: World) -> Any:
    """Deviations from the class means in the plane."""
    return world.points - means_of(world.points, world)[world.true_classes]


@pytest.mark.parametrize("n_classes", [2, 5])
def test_class_means_lie_as_far_apart_as_is_set(n_classes: int) -> None:
    """With many samples neighbours are one separation apart, and each class has unit variance."""
    world = make_world(replace(MANY, n_classes=n_classes), Candidate(separation=3.0))
    means = means_of(world.points, world)
    neighbours = np.linalg.norm(means - np.roll(means, 1, axis=0), axis=1)
    np.testing.assert_allclose(neighbours, 3.0, atol=0.1)
    np.testing.assert_allclose(within(world).std(axis=0), 1.0, atol=0.03)


def test_hidden_means_lie_apart_where_no_feature_sees_it() -> None:
    """Activations have the hidden separation; all that metrics read stays as it was."""
    world = make_world(MANY, CANDIDATE)
    hidden = make_world(MANY, replace(CANDIDATE, hidden=4.0))
    for name, values in world.arrays.items():
        np.testing.assert_array_equal(hidden.arrays[name], values)
    np.testing.assert_allclose(pdist(means_of(hidden.activations[:, 2:4], hidden)), 4.0, atol=0.15)


@pytest.mark.parametrize("ratio", [1.0, 4.0, 20.0])
def test_axes_of_a_class_have_the_ratio_that_is_set(ratio: float) -> None:
    """The deviations along the axes of a class have this ratio, and their product is 1."""
    world = make_world(MANY, Candidate(anisotropy=ratio))
    short, long = np.sqrt(np.linalg.eigvalsh(np.cov(within(world).T)))
    assert long / short == pytest.approx(ratio, rel=0.05)
    assert long * short == pytest.approx(1.0, rel=0.05)


def test_classes_shrink_in_geometric_steps() -> None:
    """The largest has as many times the samples of the smallest as is set; none has fewer than four."""
    task = Task(n_per_class=160, imbalance=16.0)
    assert class_counts(task).tolist() == [160, 40, 10]
    assert class_counts(Task(n_per_class=10, imbalance=20.0)).tolist() == [10, 4, 4]
    world = make_world(task, CANDIDATE)
    assert np.bincount(world.true_classes).tolist() == [160, 40, 10]
    shares = np.bincount(world.held_out.classes) / len(world.held_out.classes)
    np.testing.assert_allclose(shares, np.array([160, 40, 10]) / 210, atol=0.001)


def test_wrong_labels_are_redrawn_in_their_share() -> None:
    """Of 60 % redrawn labels two in three are wrong, where there are three classes; fresh ones are right."""
    world = make_world(replace(MANY, wrong_labels=0.6), CANDIDATE)
    assert np.mean(world.arrays["labels"] != world.true_classes) == pytest.approx(0.4, abs=0.02)
    clean = make_world(MANY, CANDIDATE)
    np.testing.assert_array_equal(clean.arrays["labels"], clean.true_classes)
    np.testing.assert_array_equal(world.held_out.classes, clean.held_out.classes)


def test_copies_lie_beside_their_originals_and_share_their_label() -> None:
    """A group is far closer together than its class, has one label, and its first is an original sample."""
    task = Task(n_copies=5, wrong_labels=0.5)
    world, single = make_world(task, CANDIDATE), make_world(replace(task, n_copies=1), CANDIDATE)
    groups = np.asarray(world.groups)
    assert len(set(world.groups)) == 30
    assert single.groups == ()
    features, labels = world.arrays["embeddings"], world.arrays["labels"]
    for group in set(world.groups):
        members = groups == group
        assert members.sum() == 5
        assert len(set(labels[members].tolist())) == 1
        assert pdist(features[members]).max() < 0.5
    np.testing.assert_array_equal(features[:50:5], single.arrays["embeddings"][:10])


def test_a_rotation_leaves_distances_and_mixes_features() -> None:
    """All distances stay to rounding; at 90 degrees the first two features know nothing any more."""
    candidate = Candidate(separation=6.0)
    world, turned = make_world(MANY, candidate), make_world(MANY, replace(candidate, rotation=90.0))
    before, after = world.arrays["embeddings"], turned.arrays["embeddings"]
    np.testing.assert_allclose(pdist(after[::40]), pdist(before[::40]), rtol=1e-12)
    spread_before, spread_after = (means_of(own, world).std(axis=0) for own in (before, after))
    assert (spread_before[:2] > 2).all()
    assert (spread_after[:2] < 0.1).all()
    assert (spread_after[2:] > 1).all()


@pytest.mark.parametrize("n_noise", [0, 1, 5])
def test_a_rotation_is_one_however_many_features_there_are(n_noise: int) -> None:
    """Distances stay without noise features, with one, and with an odd number; positions do not."""
    candidate = Candidate(n_noise_features=n_noise)
    before = make_world(Task(), candidate).arrays["embeddings"]
    after = make_world(Task(), replace(candidate, rotation=35.0)).arrays["embeddings"]
    np.testing.assert_allclose(pdist(after), pdist(before), rtol=1e-11)
    assert np.abs(after - before).max() > 0.1


def test_a_scale_multiplies_all_features_and_nothing_else() -> None:
    """Features of samples, reference and source set are a hundred times as large; the head's outputs stay."""
    world, scaled = (make_world(Task(), replace(CANDIDATE, scale=scale)) for scale in (1.0, 100.0))
    for name, values in world.arrays.items():
        factor = 100.0 if name.endswith("embeddings") else 1.0
        np.testing.assert_allclose(scaled.arrays[name], factor * np.asarray(values), rtol=1e-12)


def test_a_better_head_tells_more_of_the_classes() -> None:
    """The mutual information of its first guess and the class rises from 0; the outputs' spread stays."""
    known, spreads = [], []
    plain = make_world(MANY, Candidate(separation=3.0)).arrays["embeddings"]
    for quality in (0.0, 0.25, 0.5, 0.75, 1.0):
        world = make_world(MANY, Candidate(separation=3.0, head=quality))
        logits = world.arrays["source_logits"]
        known.append(mutual_info_score(logits.argmax(axis=1), world.true_classes))
        spreads.append(logits.std())
        np.testing.assert_array_equal(world.arrays["embeddings"], plain)
    assert known[0] < 0.01
    assert all(later > earlier + 0.01 for earlier, later in pairwise(known))
    np.testing.assert_allclose(spreads, spreads[-1], rtol=0.05)


def test_a_model_without_a_head_has_no_source() -> None:
    """Nothing that stems from its source classes is there, and the rest is as it was."""
    world, bare = make_world(Task(), CANDIDATE), make_world(Task(), replace(CANDIDATE, head=None))
    missing = set(world.arrays) - set(bare.arrays)
    assert missing == {"source_logits", "source_embeddings", "source_labels", "source_error"}
    for name, values in bare.arrays.items():
        np.testing.assert_array_equal(values, world.arrays[name])


def test_more_of_anything_leaves_what_is_there() -> None:
    """More samples or features, uneven or wider classes: the same samples stay where they were."""
    task, candidate = Task(n_per_class=20), Candidate(n_noise_features=40)
    world = make_world(task, candidate)
    features = world.arrays["embeddings"]
    wider = make_world(task, replace(candidate, n_noise_features=90))
    np.testing.assert_array_equal(wider.arrays["embeddings"][:, :42], features)
    more = make_world(replace(task, n_per_class=300), candidate)
    for index in range(3):
        own = more.arrays["embeddings"][more.true_classes == index]
        np.testing.assert_array_equal(own[:20], features[world.true_classes == index])
    uneven = make_world(replace(task, imbalance=5.0), candidate)
    np.testing.assert_array_equal(uneven.arrays["embeddings"][:20], features[:20])
    moved = make_world(task, replace(candidate, separation=5.0)).points - world.points
    for index in range(3):  # a class moves as a whole
        np.testing.assert_allclose(np.ptp(moved[world.true_classes == index], axis=0), 0, atol=1e-12)


def test_candidates_see_the_same_samples() -> None:
    """Two that differ in their separation alone have the same noise and labels."""
    near, far = (make_world(Task(), Candidate(name, separation=s)) for name, s in (("A", 1.0), ("B", 6.0)))
    np.testing.assert_array_equal(near.arrays["embeddings"][:, 2:], far.arrays["embeddings"][:, 2:])
    np.testing.assert_array_equal(near.arrays["labels"], far.arrays["labels"])


def test_another_seed_draws_other_samples() -> None:
    """No feature of any sample stays."""
    one, other = (make_world(Task(seed=seed), CANDIDATE).arrays["embeddings"] for seed in (0, 1))
    assert (one != other).all()


@pytest.mark.parametrize("name", KNOBS)
def test_a_setting_out_of_range_is_refused_by_name(name: str) -> None:
    """The error names the setting, its value and its range; NaN is in no range."""
    knob = KNOBS[name]
    for value in (knob.least - 1, knob.greatest + 1, float("nan")):
        task: Any = Task()
        candidate: Any = Candidate()
        if knob.whose == "task":
            task = replace(task, **{name: value})
        else:
            candidate = replace(candidate, **{name: value})
        with pytest.raises(InputError, match=f"^{name} is {value}; expected a number from {knob.least:g} to"):
            make_world(task, candidate)
