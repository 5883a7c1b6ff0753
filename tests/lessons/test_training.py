"""The small network: its slopes, and what it reaches."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from scipy.special import log_softmax
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from ptmrank_core.lessons import Candidate, Task, make_world, train
from ptmrank_core.lessons.network import DECAY, Network, gradient, logits_of, loss_of, start_network, step

RNG = np.random.default_rng(7)
FEATURES, ACTIVATIONS = RNG.normal(size=(9, 4)), RNG.normal(size=(9, 6))
LABELS = np.arange(9) % 3
TWO = Task(n_classes=2, n_per_class=1_000)


def some_network() -> Network:
    """A network in the middle of its training: no weight is zero."""
    rng = np.random.default_rng(8)
    shapes = ((6, 16), (16, 4), (4, 3), (3,))
    return Network(*(rng.normal(size=shape) for shape in shapes))


def test_the_loss_is_cross_entropy_and_half_the_squared_weights() -> None:
    """It equals SciPy's log-softmax at the labels with the decay; the bias is not decayed."""
    network = some_network()
    body = FEATURES + np.tanh(ACTIVATIONS @ network.inward) @ network.outward
    logs = log_softmax(body @ network.head + network.bias, axis=1)
    weights = sum(np.sum(own**2) for own in (network.inward, network.outward, network.head))
    expected = -logs[np.arange(9), LABELS].mean() + DECAY / 2 * weights
    assert loss_of(network, FEATURES, ACTIVATIONS, LABELS) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", [field.name for field in fields(Network)])
def test_the_gradient_is_what_finite_differences_say(name: str) -> None:
    """Every weight moved a little both ways changes the loss by its slope."""
    network = some_network()
    slopes = getattr(gradient(network, FEATURES, ACTIVATIONS, LABELS), name)
    weights = getattr(network, name)
    for place in np.ndindex(weights.shape):
        moved = []
        for change in (1e-5, -1e-5):
            other = weights.copy()
            other[place] += change
            moved.append(loss_of(replace(network, **{name: other}), FEATURES, ACTIVATIONS, LABELS))
        assert slopes[place] == pytest.approx((moved[0] - moved[1]) / 2e-5, rel=1e-5, abs=1e-8)


def test_three_steps_are_those_of_pytorchs_gradient_descent_with_momentum() -> None:
    """Its weights move as those of ``torch.optim.SGD`` with this momentum do, along the same slopes."""
    rate, momentum = 0.1, 0.9
    network = some_network()
    copies = [torch.tensor(getattr(network, own.name), requires_grad=True) for own in fields(Network)]
    optimiser = torch.optim.SGD(copies, lr=rate, momentum=momentum)
    velocity = Network(*(np.zeros_like(getattr(network, own.name)) for own in fields(Network)))
    for _ in range(3):
        slopes = gradient(network, FEATURES, ACTIVATIONS, LABELS)
        for own, copy in zip(fields(Network), copies, strict=True):
            copy.grad = torch.tensor(getattr(slopes, own.name))
        optimiser.step()
        step(network, slopes, velocity, rate, momentum)
        for own, copy in zip(fields(Network), copies, strict=True):
            expected = copy.detach().numpy()
            np.testing.assert_allclose(getattr(network, own.name), expected, rtol=1e-12, atol=1e-14)


def test_before_training_the_body_gives_the_candidates_features() -> None:
    """A head on a new network gives what it gives on the features."""
    network = start_network((6, 4, 3), np.random.default_rng(0))
    assert np.all(network.outward == 0)
    head = RNG.normal(size=(4, 3))
    logits = logits_of(replace(network, head=head), FEATURES, ACTIVATIONS)
    np.testing.assert_allclose(logits, FEATURES @ head, rtol=1e-12)


@pytest.mark.parametrize(
    ("separation", "hidden"), [(1.0, 0.0), (2.0, 0.0), (3.0, 0.0), (1.0, 3.0), (0.0, 2.0)]
)
def test_two_classes_are_told_nearly_as_well_as_can_be(separation: float, hidden: float) -> None:
    """With 2,000 samples accuracy comes to two points of Bayes' closed form, and never certainly beyond it.

    Two Gaussians of unit variance whose means are D apart are told rightly with probability Phi(D / 2).
    """
    ceiling = norm.cdf(np.hypot(separation, hidden) / 2)
    reached = train(TWO, Candidate(separation=separation, hidden=hidden, n_noise_features=2)).accuracy
    deviation = np.sqrt(ceiling * (1 - ceiling) / 2_000)
    assert ceiling - 0.02 - 2 * deviation < reached < ceiling + 3 * deviation


def test_it_reaches_what_scikit_learn_reaches() -> None:
    """Where classes lie apart it is as good as logistic regression on the features, to two points."""
    task, candidate = Task(n_per_class=150), Candidate(separation=4.0)
    world = make_world(task, candidate)
    model = LogisticRegression(max_iter=1_000).fit(world.arrays["embeddings"], world.arrays["labels"])
    expected = model.score(world.held_out.embeddings, world.held_out.classes)
    assert train(task, candidate).accuracy == pytest.approx(expected, abs=0.02)


def test_it_finds_what_is_hidden_as_another_network_does() -> None:
    """A probe on the features guesses; our network and that of scikit-learn tell the classes."""
    task, candidate = Task(n_per_class=150), Candidate(separation=0.0, hidden=4.0)
    world = make_world(task, candidate)
    labels, fresh = world.arrays["labels"], world.held_out
    probe = LogisticRegression().fit(world.arrays["embeddings"], labels)
    assert probe.score(fresh.embeddings, fresh.classes) < 0.4
    other = MLPClassifier((16,), alpha=1.0, random_state=0, max_iter=2_000).fit(world.activations, labels)
    expected = other.score(fresh.activations, fresh.classes)
    assert expected > 0.9
    assert train(task, candidate).accuracy == pytest.approx(expected, abs=0.04)


def test_training_repeats_itself_and_depends_on_the_seed() -> None:
    """The same settings give the same history; another seed another one."""
    one, again, other = (train(Task(seed=seed), Candidate()) for seed in (3, 3, 4))
    assert one.history == again.history
    np.testing.assert_array_equal(one.is_right, again.is_right)
    assert one.history != other.history


def test_scale_and_rotation_are_nothing_to_training() -> None:
    """Every step is the same but for rounding: all but a few fresh samples are told alike."""
    start = train(Task(), Candidate())
    for changed in (Candidate(scale=100.0), Candidate(scale=0.01), Candidate(rotation=60.0)):
        own = train(Task(), changed)
        assert np.mean(own.is_right != start.is_right) < 0.002


def test_the_history_goes_from_a_guess_to_the_accuracy() -> None:
    """An untrained head names the first class always; the last test is the result."""
    trained = train(Task(), Candidate(separation=4.0))
    assert trained.steps[0] == 0
    assert trained.history[0] == pytest.approx(1 / 3, abs=0.001)
    assert trained.history[-1] == trained.accuracy == trained.is_right.mean() > 0.9
    assert len(trained.steps) == len(trained.history)


def test_more_samples_than_a_batch_train_as_well() -> None:
    """With thousands of samples, of which a step sees some, it comes as near to Bayes."""
    trained = train(Task(n_classes=2, n_per_class=2_000), Candidate(separation=2.0))
    assert trained.accuracy == pytest.approx(norm.cdf(1.0), abs=0.025)
