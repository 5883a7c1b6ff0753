"""Artificial samples as an artificial pre-trained model sees them: a setting moves nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.lessons.draws import COLUMNS, Stream, draw_normals, generator
from ptmrank_core.lessons.knobs import check_range
from ptmrank_core.lessons.scene import Candidate, Scene, Task

__all__ = ["Candidate", "HeldOut", "Scene", "Task", "World", "class_counts", "make_world"]

Array: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int64]

LEAST_OF_A_CLASS = 4
N_PLANE = 2  # features that hold the classes
N_SOURCE_CLASSES = 6
N_REFERENCE = 200
N_HELD_OUT = 2_000
HEAD_SHARPNESS = 1.5
REFERENCE_SPREAD = 2.0
COPY_SPREAD = 0.05  # of a near-copy around its original, in standard deviations of a class
FRESH = 1  # held-out samples have draws of their own


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Fresh samples of the same task, with their true classes: none wrong, no copies.

    Parameters
    ----------
    activations
        float64 array of shape (n_held_out, 4 + n_noise_features), as in :class:`World`.
    embeddings
        float64 array of shape (n_held_out, 2 + n_noise_features).
    classes
        int64 array of shape (n_held_out,).
    """

    activations: Array
    embeddings: Array
    classes: Codes


@dataclass(frozen=True, eq=False)
class World:
    """The samples of a task under one candidate.

    Parameters
    ----------
    points
        The plane that holds the classes before it is turned and scaled, float64 array of shape (n_samples,
        2).
    true_classes
        The class that each sample was drawn from, int64 array of shape (n_samples,).
    arrays
        Keyword arguments of ``prepare_inputs``: everything that a metric may read. ``labels`` are the classes
        after the errors.
    groups
        Group of each sample; empty where nothing is a copy.
    activations
        What reaches the model's last block, float64 array of shape (n_samples, 4 + n_noise_features): the
        plane, the two hidden directions, the noise. Its features are all of this but the hidden directions,
        turned and scaled.
    held_out
        Fresh samples.
    """

    points: Array
    true_classes: Codes
    arrays: Mapping[str, Any]
    groups: tuple[str, ...]
    activations: Array
    held_out: HeldOut


def make_world(task: Task, candidate: Candidate) -> World:
    """Draw the samples of a task as a candidate sees them.

    Parameters
    ----------
    task, candidate
        The settings.

    Returns
    -------
    World
        The class means lie on a circle, each class is a Gaussian. The source head has six classes, which are
        directions of the plane; the source samples belong to those classes. The reference set is twice as
        wide as a class and has none. Whatever is drawn is the same for all candidates of a task, and
        another value of one setting changes nothing else.

    Raises
    ------
    InputError
        A number is outside its range.
    """
    check_range(task)
    check_range(candidate)
    counts = class_counts(task)
    classes = np.repeat(np.arange(task.n_classes), counts)
    activations = _activations(task, candidate, counts, task.n_copies, 0)
    fresh_counts = np.maximum(1, np.round(N_HELD_OUT * counts / counts.sum())).astype(np.int64)
    fresh = _activations(task, candidate, fresh_counts, 1, FRESH)
    labels, groups = _labels(task, counts)
    arrays = {
        "embeddings": _features(activations, candidate),
        "labels": labels,
        "target_error": 1 - float(np.bincount(labels).max()) / labels.size,
        **_auxiliary(task, candidate, activations[:, :N_PLANE]),
    }
    held_out = HeldOut(fresh, _features(fresh, candidate), np.repeat(np.arange(task.n_classes), fresh_counts))
    return World(activations[:, :N_PLANE], classes, arrays, groups, activations, held_out)


def class_counts(task: Task) -> Codes:
    """Return how many samples each class has: int64 array of shape (n_classes,), in geometric steps."""
    shares = task.imbalance ** (-np.arange(task.n_classes) / (task.n_classes - 1))
    counts = np.maximum(LEAST_OF_A_CLASS, np.round(task.n_per_class * shares))
    return np.asarray(counts, dtype=np.int64)


def _activations(task: Task, candidate: Candidate, counts: Codes, n_copies: int, fresh: int) -> Array:
    """Draw what reaches the last block: shape (n_samples, 4 + n_noise_features), class after class."""
    plane = _circle(task.n_classes, candidate.separation)
    hidden = _circle(task.n_classes, candidate.hidden)
    stretch = _stretch(candidate.anisotropy)
    drawn = []
    for index, count in enumerate(counts.tolist()):
        spread = _spread(task.seed, (Stream.PLANE, index, fresh), (count, N_PLANE), n_copies)
        left_out = _spread(task.seed, (Stream.HIDDEN, index, fresh), (count, N_PLANE), n_copies)
        noise_shape = (count, candidate.n_noise_features)
        noise = _spread(task.seed, (Stream.NOISE, index, fresh), noise_shape, n_copies)
        drawn.append(np.hstack([plane[index] + spread @ stretch, hidden[index] + left_out, noise]))
    return np.vstack(drawn)


def _spread(seed: int, stream: tuple[int, ...], shape: tuple[int, int], n_copies: int) -> Array:
    """Draw deviations from the class mean; every sample is followed by its near-copies."""
    n_rows, n_columns = shape
    block = N_PLANE if stream[0] in (Stream.PLANE, Stream.HIDDEN) else COLUMNS
    originals = draw_normals(seed, (*stream, 0), -(-n_rows // n_copies), n_columns, block=block)
    if n_copies == 1:
        return originals
    place = np.arange(n_rows)
    jitter = COPY_SPREAD * draw_normals(seed, (*stream, 1), n_rows, n_columns, block=block)
    jitter[place % n_copies == 0] = 0.0
    copies: Array = originals[place // n_copies] + jitter
    return copies


def _labels(task: Task, counts: Codes) -> tuple[Codes, tuple[str, ...]]:
    """Draw the labels, the same for all copies of a sample, and name the groups."""
    labels: list[Codes] = []
    groups: list[str] = []
    for index, count in enumerate(counts.tolist()):
        group = np.arange(count) // task.n_copies
        n_groups = int(group[-1]) + 1
        is_redrawn = generator(task.seed, Stream.LABELS, index).random(n_groups) < task.wrong_labels
        redrawn = generator(task.seed, Stream.NEW_LABELS, index).integers(task.n_classes, size=n_groups)
        labels.append(np.where(is_redrawn, redrawn, index)[group])
        groups += [f"{index + 1}.{number + 1}" for number in group.tolist()]
    return np.concatenate(labels), tuple(groups) if task.n_copies > 1 else ()


def _auxiliary(task: Task, candidate: Candidate, points: Array) -> dict[str, Any]:
    """Draw the reference set, and what a model with a head has: its outputs and its source samples."""
    n_noise = candidate.n_noise_features
    reference, source = (
        np.hstack(
            [
                REFERENCE_SPREAD * draw_normals(task.seed, (stream, 0), N_REFERENCE, N_PLANE, block=N_PLANE),
                np.zeros((N_REFERENCE, N_PLANE)),
                draw_normals(task.seed, (stream, 1), N_REFERENCE, n_noise),
            ]
        )
        for stream in (Stream.REFERENCE, Stream.SOURCE)
    )
    known = {"reference_embeddings": _features(reference, candidate)}
    if candidate.head is None:
        return known
    head = _circle(N_SOURCE_CLASSES, HEAD_SHARPNESS)
    # What the head sees instead of a sample is another sample: its outputs keep their distribution.
    others = points[generator(task.seed, Stream.HEAD).permutation(len(points))]
    seen = candidate.head * points + np.sqrt(1 - candidate.head**2) * others
    return known | {
        "source_logits": seen @ head.T,
        "source_embeddings": _features(source, candidate),
        "source_labels": _one_hot(source[:, :N_PLANE] @ head.T, task.n_classes),
        "source_error": 0.0,
    }


def _features(activations: Array, candidate: Candidate) -> Array:
    """Leave the hidden directions out, turn the rest, scale it: shape (n_samples, 2 + n_noise_features)."""
    kept = np.delete(activations, np.s_[N_PLANE : 2 * N_PLANE], axis=1)
    return np.asarray(candidate.scale * _turned(kept, float(np.deg2rad(candidate.rotation))))


def _turned(features: Array, angle: float) -> Array:
    """Turn each feature of the plane towards a direction of its own that all noise features share."""
    if angle == 0.0:
        return features
    cosine, sine = float(np.cos(angle)), float(np.sin(angle))
    turned = features.copy()
    n_noise = features.shape[1] - N_PLANE
    if n_noise == 0:
        return np.asarray(features @ np.array([[cosine, sine], [-sine, cosine]]))
    for place in range(min(N_PLANE, n_noise)):
        # Every other noise feature, so that the directions are at right angles to each other.
        direction = np.zeros(features.shape[1])
        direction[N_PLANE + place :: N_PLANE] = 1.0
        direction /= np.linalg.norm(direction)
        first, second = features[:, place], features @ direction
        turned[:, place] = cosine * first - sine * second
        turned += np.outer((cosine - 1) * second + sine * first, direction)
    return turned


def _stretch(ratio: float) -> Array:
    """Stretch the plane along one diagonal and shrink it along the other: symmetric, determinant 1."""
    long, short = np.sqrt(ratio), 1 / np.sqrt(ratio)
    stretch: Array = np.array([[long + short, long - short], [long - short, long + short]]) / 2
    return stretch


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
