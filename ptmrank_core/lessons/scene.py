"""What is looked at: labelled samples, and one to four artificial models to choose from."""

from __future__ import annotations

from dataclasses import dataclass

from ptmrank_core.errors import InputError

__all__ = ["MOST_CANDIDATES", "Candidate", "Scene", "Task", "check_scene"]

MOST_CANDIDATES = 4


@dataclass(frozen=True, slots=True)
class Task:
    """The labelled samples: the same for every candidate.

    Parameters
    ----------
    n_classes
        2 to 8.
    n_per_class
        Samples of the largest class, 4 to 2,000.
    imbalance
        How many times as many samples the largest class has as the smallest, 1 to 20. Classes in between
        have sizes in geometric steps; none has fewer than 4 samples.
    wrong_labels
        Share of the samples whose label is redrawn at random, 0 to 1.
    n_copies
        Each sample comes as a group of so many near-copies with the same label, 1 to 10; ``n_per_class``
        counts them all.
    seed
        Everything random depends on it alone.
    """

    n_classes: int = 3
    n_per_class: int = 50
    imbalance: float = 1.0
    wrong_labels: float = 0.0
    n_copies: int = 1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """How one pre-trained model sees the samples of a task.

    Parameters
    ----------
    name
        What it is called.
    separation
        Distance between neighbouring class means, in standard deviations of a class, 0 to 12.
    anisotropy
        Longest axis of a class : shortest, 1 to 20. The axes lie on the diagonals; the product of the
        standard deviations stays 1.
    n_noise_features
        Features that know nothing, 0 to 2,000.
    scale
        All features times this, 0.01 to 100.
    rotation
        Degrees by which the two features that hold the classes are turned into those that know nothing, 0 to
        90: a rotation of the whole space. Without other features they are turned into one another.
    head
        How well the classes of the source head follow those of the task, 0 (independent of them) to 1;
        ``None`` for a model without a head, of whose training nothing is known.
    hidden
        Distance between neighbouring class means in two directions that the features leave out, in standard
        deviations of a class, 0 to 12. Training can find it; whoever reads the features cannot.
    """

    name: str = "A"
    separation: float = 2.0
    anisotropy: float = 1.0
    n_noise_features: int = 6
    scale: float = 1.0
    rotation: float = 0.0
    head: float | None = 1.0
    hidden: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A task and the candidates to choose from.

    Parameters
    ----------
    task
        The labelled samples.
    candidates
        One to four, with different names.
    """

    task: Task = Task()
    candidates: tuple[Candidate, ...] = (Candidate(),)


def check_scene(scene: Scene) -> None:
    """Reject a scene without candidates, with too many, or with two of one name.

    Raises
    ------
    InputError
        It says what was given.
    """
    names = [candidate.name for candidate in scene.candidates]
    if not 1 <= len(names) <= MOST_CANDIDATES or len(set(names)) < len(names):
        raise InputError(
            f"The candidates are {', '.join(names) or 'none'}; expected one to {MOST_CANDIDATES} with "
            "different names."
        )
