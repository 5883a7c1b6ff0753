"""What every model of the demo zoo has, whatever it reads: a name, a folder, facts and a card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

DEMO = Path(__file__).resolve().parent.parent
ZOO = DEMO / "zoo"
UNTRAINED = "untrained"
RAW_WEIGHTS = "nothing: the weights are as they were drawn"
NO_ACCURACY = "none"
# Source task -> why a model of it is no candidate but a control.
CONTROLS: Mapping[str, str] = MappingProxyType(
    {UNTRAINED: "untrained weights", "shuffled": "shuffled labels"}
)


@dataclass(frozen=True)
class Recipe:
    """One model of the zoo: an architecture and the source task it learns.

    Attributes
    ----------
    family : str
        Key of the modality's ``ARCHITECTURES``.
    source : str
        Key of the modality's ``SOURCE_TASKS``, or `UNTRAINED`.
    """

    family: str
    source: str

    @property
    def name(self) -> str:
        """Name of the model and of its folder."""
        return f"{self.family}-{self.source}"

    @property
    def folder(self) -> Path:
        """Where the checkpoint is."""
        return ZOO / self.name

    @property
    def is_trained(self) -> bool:
        """Whether the model has learned a source task."""
        return self.source != UNTRAINED


@dataclass(frozen=True)
class ModelFacts:
    """What is known of a model of the zoo.

    Attributes
    ----------
    architecture, family, source_task : str
        Name for the reader, short name of the family, what the model was trained on.
    n_parameters, width : int
        Number of weights, and width of the features that are read from it.
    n_source_classes : int or None
        Classes of the head, `None` without a head for classes.
    source_accuracy : float or None
        Accuracy on samples that were held out, 0 to 1; of tokens where there are no classes; `None` if
        untrained.
    seed, n_train, passes : int
        How it was trained; 0 samples and passes if untrained.
    size_bytes : int
        Size of the weights file.
    """

    architecture: str
    family: str
    source_task: str
    n_parameters: int
    width: int
    n_source_classes: int | None
    source_accuracy: float | None
    seed: int
    n_train: int
    passes: int
    size_bytes: int

    def entry(self, unit: str) -> dict[str, object]:
        """Return the entry in ``zoo.json``.

        Parameters
        ----------
        unit : str
            What the samples are: ``"images"`` are counted as ``train_images``.

        Returns
        -------
        dict of str to object
            The facts by name, in order; of a control last why it is no candidate.
        """
        facts: dict[str, object] = asdict(self)
        if self.source_task in CONTROLS:
            facts["control"] = CONTROLS[self.source_task]
        return {f"train_{unit}" if name == "n_train" else name: value for name, value in facts.items()}


class Classes(Protocol):
    """A source task that tells classes apart."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes, by class number."""

    @property
    def description(self) -> str:
        """What the samples are, for the model card."""


def classifier_card(
    template: str, recipe: Recipe, facts: ModelFacts, task: Classes | None, tested_on: str, **more: object
) -> str:
    """Write the model card of a classifier.

    Parameters
    ----------
    template : str
        The card with the names of what is filled in.
    recipe, facts : Recipe and ModelFacts
        The model, and what is known of it.
    task : Classes or None
        Its source task, `None` if untrained.
    tested_on : str
        What its accuracy was measured on.
    **more : object
        What else the template asks for.

    Returns
    -------
    str
        Markdown with YAML front matter.
    """
    description, classes, accuracy = RAW_WEIGHTS, "none: the checkpoint has no head", NO_ACCURACY
    if task is not None:
        description = task.description
        classes = f"{len(task.class_names)}: {', '.join(task.class_names)}"
        accuracy = f"{facts.source_accuracy:.4f} on {tested_on}"
    return template.format(
        **asdict(facts),
        name=recipe.name,
        description=description,
        classes=classes,
        accuracy=accuracy,
        **more,
    )
