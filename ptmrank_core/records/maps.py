"""What the analyses of a run find of its embeddings: points in the plane, distances between classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ptmrank_core.records.arrays import PackedArray

__all__ = ["ClassDistances", "ProjectedEmbeddings", "Trust"]


@dataclass(frozen=True, slots=True)
class Trust:
    """How far the neighbours in a map are neighbours in truth.

    Parameters
    ----------
    value
        Trustworthiness, in [0, 1]: 1 where every near neighbour on the map is one among the features.
    n_neighbours
        How many neighbours of each sample are looked at.
    n_samples
        Samples that it was judged by.
    """

    value: float
    n_neighbours: int
    n_samples: int


@dataclass(frozen=True, slots=True)
class ProjectedEmbeddings:
    """Embeddings of one model in the plane.

    Parameters
    ----------
    method, model
        How they were projected, and whose they are.
    rows
        The samples that were projected.
    points
        float32 array of shape (len(rows), 2).
    trust
        ``None`` where the samples are too few to tell.
    settings
        Numbers that the points depend on, by name.
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
        Codes of the c most frequent classes, ascending.
    distances
        Array of shape (c, c).
    """

    KIND: ClassVar[str] = "separability"
    classes: PackedArray
    distances: PackedArray
