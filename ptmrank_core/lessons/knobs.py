"""What can be set about artificial samples and the model that sees them: names, ranges, meanings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from ptmrank_core.errors import InputError

__all__ = ["KNOBS", "Knob", "check_range"]


@dataclass(frozen=True, slots=True)
class Knob:
    """One setting of a task or of a candidate.

    Parameters
    ----------
    name
        The field of :class:`~ptmrank_core.lessons.world.Task` or of ``Candidate``.
    title
        What it is called; fits on a slider and on an axis.
    help
        What it does, with its unit.
    whose
        ``"task"``: the same for all candidates; ``"candidate"``: each has its own.
    least, greatest
        Values that are accepted.
    shown
        What a slider offers: least, greatest, step.
    sweep
        Ascending values at which a sweep scores a scene.
    """

    name: str
    title: str
    help: str
    whose: Literal["task", "candidate"]
    least: float
    greatest: float
    shown: tuple[float, float, float]
    sweep: tuple[float, ...]


_ALL = (
    Knob(
        *("n_classes", "Classes", "How many classes your samples have.", "task"),
        *(2, 8, (2, 8, 1), (2, 3, 4, 5, 6, 8)),
    ),
    Knob(
        *("n_per_class", "Samples of each class", "Labelled samples of the largest class.", "task"),
        *(4, 2_000, (10, 250, 5), (10, 20, 35, 50, 100, 150, 200)),
    ),
    Knob(
        "imbalance",
        "Largest class : smallest",
        "How many times as many samples the largest class has as the smallest; no class has fewer than 4.",
        *("task", 1.0, 20.0, (1.0, 20.0, 0.5), (1.0, 2.0, 4.0, 7.0, 10.0, 15.0, 20.0)),
    ),
    Knob(
        "wrong_labels",
        "Wrong labels",
        "Share of the samples whose label is drawn anew, whatever they are.",
        *("task", 0.0, 1.0, (0.0, 1.0, 0.05), (0.0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0)),
    ),
    Knob(
        "n_copies",
        "Near-copies of each sample",
        "Each sample comes as a group of so many near-copies, such as frames of one video. They count among "
        "the samples of a class.",
        *("task", 1, 10, (1, 10, 1), (1, 2, 3, 5, 7, 10)),
    ),
    Knob(
        "separation",
        "Separation",
        "Distance between neighbouring class means, in standard deviations of a class.",
        *("candidate", 0.0, 12.0, (0.0, 8.0, 0.25), (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)),
    ),
    Knob(
        "n_noise_features",
        "Features that know nothing",
        "Noise beside the two features that hold the classes.",
        *("candidate", 0, 2_000, (0, 300, 2), (0, 2, 6, 16, 32, 62, 100, 150, 220, 300)),
    ),
    Knob(
        "anisotropy",
        "Longest axis : shortest",
        "How much longer than wide a class is. Its axes lie on the diagonals, and its area stays the same.",
        *("candidate", 1.0, 20.0, (1.0, 20.0, 0.5), (1.0, 2.0, 4.0, 7.0, 10.0, 15.0, 20.0)),
    ),
    Knob(
        "scale",
        "Scale",
        "All features are multiplied by it. Nothing that could be learned from them changes.",
        *("candidate", 0.01, 100.0, (0.01, 100.0, 10.0), (0.01, 0.1, 1.0, 10.0, 100.0)),
    ),
    Knob(
        "rotation",
        "Rotation",
        "Degrees by which the features that hold the classes are turned into those that know nothing: all "
        "distances stay, no single feature holds the classes any more.",
        *("candidate", 0.0, 90.0, (0.0, 90.0, 5.0), (0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0)),
    ),
    Knob(
        "head",
        "Source head follows your classes",
        "How far the classes that the model was trained on follow yours, from 0 (not at all) to 1.",
        *("candidate", 0.0, 1.0, (0.0, 1.0, 0.1), (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
    ),
    Knob(
        "hidden",
        "Hidden separation",
        "Distance between neighbouring class means in what the features leave out, in standard deviations of "
        "a class: training can find it, and no metric sees it.",
        *("candidate", 0.0, 12.0, (0.0, 8.0, 0.25), (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)),
    ),
)
KNOBS: Mapping[str, Knob] = MappingProxyType({knob.name: knob for knob in _ALL})
"""Name -> setting, those of the task first, in the order in which a page offers them."""


def check_range(settings: Any) -> None:
    """Reject a task or a candidate with a number outside its range.

    Raises
    ------
    InputError
        It names the setting, its value and its range.
    """
    for name, knob in KNOBS.items():
        value = getattr(settings, name, None)
        if value is not None and not knob.least <= value <= knob.greatest:
            raise InputError(
                f"{name} is {value}; expected a number from {knob.least:g} to {knob.greatest:g}."
            )
