"""Generated samples to learn with: the separation of classes and the label noise can be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError

__all__ = ["Scene", "World", "make_world"]

Array: TypeAlias = NDArray[np.float64]

N_INFORMATIVE = 2  # features
N_SOURCE_CLASSES = 6
N_REFERENCE = 200
HEAD_SHARPNESS = 1.5
REFERENCE_SPREAD = 2.0
CLASSES = (2, 8)
SAMPLES = (4, 2_000)  # for each class
LARGEST_SEPARATION = 12.0
MAX_NOISE_FEATURES = 2_000


@dataclass(frozen=True, slots=True)
class Scene:
    """Settings of a world.

    Parameters
    ----------
    separation
        Distance between neighbouring class means, in standard deviations of a class; 0 to 12.
    noise
        Share of the samples whose label is redrawn at random; 0 to 1.
    n_per_class
        Samples of each class, 4 to 2,000.
    n_classes
        Number of classes, 2 to 8.
    n_noise_features
        Features that carry no information on the classes, 0 to 2,000; two more features carry all of it.
    seed
        Everything random depends on it alone: changing another setting keeps the samples.
    """

    separation: float = 2.0
    noise: float = 0.0
    n_per_class: int = 50
    n_classes: int = 3
    n_noise_features: int = 6
    seed: int = 0


@dataclass(frozen=True, eq=False)
class World:
    """The samples of a scene.

    Parameters
    ----------
    points
        The two informative features, float64 array of shape (n_samples, 2).
    true_classes
        The class that each sample was drawn from, int64 array of shape (n_samples,).
    arrays
        Keyword arguments of ``prepare_inputs``: everything that a metric may read. ``labels`` are the classes
        after the noise.
    """

    points: Array
    true_classes: NDArray[np.int64]
    arrays: Mapping[str, Any]


def make_world(scene: Scene) -> World:
    """Draw the samples of a scene.

    Parameters
    ----------
    scene
        The settings.

    Returns
    -------
    World
        The class means lie on a circle, each class is a spherical Gaussian of unit variance. The source head
        has six classes, which are directions of the same plane. The source samples belong to those classes;
        the reference set is twice as wide as a class and has none.

    Raises
    ------
    InputError
        A number is outside its range.
    """
    _check(scene)
    rng = np.random.default_rng(scene.seed)
    # What a setting changes is drawn last or only scaled, so that all other samples stay where they were.
    classes = np.repeat(np.arange(scene.n_classes), scene.n_per_class)
    spread = rng.standard_normal((scene.n_classes, scene.n_per_class, N_INFORMATIVE)).reshape(
        -1, N_INFORMATIVE
    )
    is_redrawn = rng.random(classes.size) < scene.noise
    redrawn = rng.integers(scene.n_classes, size=classes.size)
    auxiliary = (
        rng.standard_normal((N_REFERENCE, N_INFORMATIVE)),
        rng.standard_normal((N_REFERENCE, N_INFORMATIVE)),
    )
    wide = rng.standard_normal((scene.n_noise_features, classes.size + 2 * N_REFERENCE)).T
    noise, reference, source = np.split(wide, [classes.size, classes.size + N_REFERENCE])
    points = _circle(scene.n_classes, scene.separation)[classes] + spread
    head = _circle(N_SOURCE_CLASSES, HEAD_SHARPNESS)
    source_points = REFERENCE_SPREAD * auxiliary[1]
    labels = np.where(is_redrawn, redrawn, classes)
    arrays = {
        "embeddings": np.hstack([points, noise]),
        "labels": labels,
        "source_logits": points @ head.T,
        "reference_embeddings": np.hstack([REFERENCE_SPREAD * auxiliary[0], reference]),
        "source_embeddings": np.hstack([source_points, source]),
        "source_labels": _one_hot(source_points @ head.T, scene.n_classes),
        "source_error": 0.0,
        "target_error": 1 - float(np.bincount(labels).max()) / labels.size,
    }
    return World(points, classes, arrays)


def _circle(count: int, neighbour_distance: float) -> Array:
    """Points on a circle around 0, neighbours at a distance: shape (count, 2)."""
    angles = 2 * np.pi * np.arange(count) / count
    radius = neighbour_distance / (2 * np.sin(np.pi / count))
    points: Array = radius * np.column_stack([np.sin(angles), np.cos(angles)])
    return points


def _one_hot(logits: Array, n_classes: int) -> Array:
    """Source classes as one-hot, modulo the number of classes, so that both have the same width."""
    one_hot: Array = np.eye(n_classes)[logits.argmax(axis=1) % n_classes]
    return one_hot


def _check(scene: Scene) -> None:
    """Reject a scene with a number outside its range."""
    ranges: dict[str, tuple[float, float]] = {
        "separation": (0.0, LARGEST_SEPARATION),
        "noise": (0.0, 1.0),
        "n_per_class": SAMPLES,
        "n_classes": CLASSES,
        "n_noise_features": (0, MAX_NOISE_FEATURES),
    }
    for name, (least, greatest) in ranges.items():
        value = getattr(scene, name)
        if not least <= value <= greatest:
            raise InputError(f"{name} is {value}; expected a number from {least} to {greatest}.")
