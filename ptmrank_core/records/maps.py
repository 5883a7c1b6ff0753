"""What a run knows of its embeddings: projections, distances between classes, neighbours, tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ptmrank_core.records.arrays import PackedArray

__all__ = ["ClassDistances", "Neighbourhoods", "ProjectedEmbeddings", "SampleTag", "Trust"]


@dataclass(frozen=True, slots=True)
class Trust:
    """How well the neighbours in a projection agree with the neighbours in feature space.

    Parameters
    ----------
    value
        Trustworthiness, in [0, 1]: 1 if every near neighbour in the projection is also one in feature space.
    n_neighbours
        Number of neighbours of each sample that are compared.
    n_samples
        Number of samples that it was computed on.
    """

    value: float
    n_neighbours: int
    n_samples: int


@dataclass(frozen=True, slots=True)
class ProjectedEmbeddings:
    """A two-dimensional projection of the embeddings of one model.

    Parameters
    ----------
    method, model
        The projection method, and the model.
    rows
        Indices of the projected samples.
    points
        float32 array of shape (len(rows), 2).
    trust
        Trustworthiness; ``None`` if there are too few samples to compute it.
    settings
        Parameters that the points depend on, by name.
    """

    KIND: ClassVar[str] = "projection"
    method: str
    model: str
    rows: PackedArray
    points: PackedArray
    trust: Trust | None
    settings: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ClassDistances:
    """Bhattacharyya distances between the classes under one model.

    Parameters
    ----------
    classes
        Codes of the c most frequent classes, in ascending order.
    distances
        Array of shape (c, c).
    """

    KIND: ClassVar[str] = "separability"
    classes: PackedArray
    distances: PackedArray


@dataclass(frozen=True, slots=True)
class Neighbourhoods:
    """The nearest neighbours of every sample under one model.

    Parameters
    ----------
    rows
        The k nearest other samples of each of the n samples, the nearest first; int32 of shape (n, k).
    distances
        How far they are, in the model's own unit; float32 of shape (n, k).
    """

    KIND: ClassVar[str] = "neighbours"
    rows: PackedArray
    distances: PackedArray


@dataclass(frozen=True, slots=True)
class SampleTag:
    """A tag that the owner of a run gave to some samples; the subject of its finding is the tag.

    Parameters
    ----------
    rows
        int64 array of shape (k,): indices of the samples, in ascending order.
    """

    KIND: ClassVar[str] = "tag"
    rows: PackedArray
