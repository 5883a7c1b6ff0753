"""Real training of a small network that begins with what a candidate knows, tested on fresh samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.lessons.draws import Stream, generator
from ptmrank_core.lessons.network import Network, gradient, logits_of, start_network, step
from ptmrank_core.lessons.scene import Candidate, Task
from ptmrank_core.lessons.world import World, make_world

__all__ = ["Training", "train", "train_world"]

Array: TypeAlias = NDArray[np.float64]

N_STEPS = 200
N_TESTS = 8  # times that it is tested on the way
BATCH = 512
RATE = 0.1
MOMENTUM = 0.9


@dataclass(frozen=True, eq=False, slots=True)
class Training:
    """What training reached.

    Parameters
    ----------
    accuracy
        Share of the fresh samples whose true class is told right at the end, in [0, 1].
    is_right
        The same of each fresh sample, bool array of shape (n_held_out,); the same samples in the same order
        for all candidates of a task.
    steps
        Steps of gradient descent after which it was tested, ascending, from 0.
    history
        The accuracy at each of them.
    """

    accuracy: float
    is_right: NDArray[np.bool_]
    steps: tuple[int, ...]
    history: tuple[float, ...]


def train(task: Task, candidate: Candidate) -> Training:
    """Train a small network on the labelled samples of a task, beginning with a candidate's features.

    Training changes body and head (:mod:`ptmrank_core.lessons.network`): 200 steps of gradient descent with
    momentum on batches of up to 512 samples. Features are divided by one number, as a normalising layer would
    do, so that their scale changes nothing.

    Parameters
    ----------
    task, candidate
        The samples, and how they are seen.

    Returns
    -------
    Training
        The same for the same arguments. Fresh samples have no wrong labels and no copies.

    Raises
    ------
    InputError
        A number is outside its range.
    """
    return train_world(make_world(task, candidate), task.seed)


def train_world(world: World, seed: int) -> Training:
    """Train on the samples of a world (:func:`train`)."""
    labels = np.asarray(world.arrays["labels"])
    features = np.asarray(world.arrays["embeddings"])
    fresh = world.held_out
    by_features, by_activations = _size(features), _size(world.activations)
    seen = features / by_features, world.activations / by_activations
    new = fresh.embeddings / by_features, fresh.activations / by_activations
    rng = generator(seed, Stream.NETWORK)
    n_classes = int(fresh.classes.max()) + 1
    network = start_network((seen[1].shape[1], seen[0].shape[1], n_classes), rng)
    velocity = Network(*(np.zeros_like(getattr(network, name)) for name in Network.__slots__))
    steps, history = [], []
    for number in range(N_STEPS + 1):
        if number % (N_STEPS // N_TESTS) == 0:
            is_right = logits_of(network, *new).argmax(axis=1) == fresh.classes
            steps.append(number)
            history.append(float(is_right.mean()))
        rows = np.sort(rng.permutation(len(labels))[:BATCH]) if len(labels) > BATCH else slice(None)
        slopes = gradient(network, seen[0][rows], seen[1][rows], labels[rows])
        step(network, slopes, velocity, RATE, MOMENTUM)
    return Training(history[-1], is_right, tuple(steps), tuple(history))


def _size(values: Array) -> float:
    """Return the root of the largest second moment along any direction; divided by it, steps are stable."""
    return float(np.sqrt(np.linalg.eigvalsh(_moments(values))[-1]))


def _moments(values: Array) -> Array:
    """Return the smaller of the two matrices of products, divided by the number of samples."""
    products = values.T @ values if values.shape[1] <= len(values) else values @ values.T
    return np.asarray(products / len(values))
