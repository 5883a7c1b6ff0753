"""What the analyses of a run find: a record for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

__all__ = [
    "VALUE",
    "ControlScores",
    "FineTuning",
    "HalfSampleScores",
    "ModelHalfSamples",
    "PartScores",
    "PermutedScores",
    "ProbeResult",
    "ScoreParts",
    "TrainingResult",
]

ScoreParts: TypeAlias = Mapping[str, float]
"""One score: its value under :data:`VALUE`, and its components by name where the metric is defined over all
candidates of a run, so that the value alone ranks nothing."""
VALUE = "value"


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a linear probe and k-NN reach on the features of one model.

    Parameters
    ----------
    measure, value
        ``"accuracy"``, ``"r2"`` or ``"average_precision"``, and what the probe reaches out of the folds.
    folds
        The same in each fold.
    knn
        The same of k nearest neighbours; ``None`` where they were not asked.
    scale
        Root mean square of the features.
    predictions
        Of each sample out of its fold: a class code, a number, or a list of numbers.
    losses
        Of each sample out of its fold.
    n_classes
        Number of classes; ``None`` where the labels are not classes.
    notes
        What is to be known of it, one sentence each.
    """

    KIND: ClassVar[str] = "probe"
    measure: str
    value: float | None
    folds: tuple[float | None, ...]
    knn: float | None
    scale: float
    predictions: tuple[Any, ...] = ()
    losses: tuple[float, ...] = ()
    n_classes: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HalfSampleScores:
    """Scores of one metric on half-samples, joined over the models within a half.

    Parameters
    ----------
    scores
        Model -> one score for each half; ``None`` where there is none.
    sizes
        Number of samples of each half.
    growth
        Model -> factor of the deviations where the score is a sum over the samples.
    notes
        What the halves are conditional on, one sentence each.
    """

    KIND: ClassVar[str] = "halves"
    scores: Mapping[str, tuple[float | None, ...]]
    sizes: tuple[int, ...]
    growth: Mapping[str, float]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelHalfSamples:
    """Scores of one model on half-samples, kept until those of all models are there.

    Parameters
    ----------
    scores
        Metric -> one score for each half; ``None`` where there is none.
    growth
        Metric -> factor of the deviations where the score is a sum over the samples.
    """

    KIND: ClassVar[str] = "halves of model"
    scores: Mapping[str, tuple[ScoreParts | None, ...]]
    growth: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PartScores:
    """Scores of one model on parts of the samples.

    Parameters
    ----------
    sizes
        Mean number of samples of each fraction, ascending.
    scores
        Metric -> for each fraction one score for each draw; ``None`` where there is none.
    """

    KIND: ClassVar[str] = "sample-size"
    sizes: tuple[float, ...]
    scores: Mapping[str, tuple[tuple[ScoreParts | None, ...], ...]]


@dataclass(frozen=True, slots=True)
class ControlScores:
    """Scores of features that no trained model made: plain features, or an untrained twin.

    Parameters
    ----------
    title
        What it is.
    n_features
        Width of the features.
    scores
        Metric -> score.
    problems
        Metric -> why it has no score.
    of
        The model whose untrained twin it is; empty otherwise.
    """

    KIND: ClassVar[str] = "controls"
    title: str
    n_features: int
    scores: Mapping[str, ScoreParts]
    problems: Mapping[str, str]
    of: str = ""


@dataclass(frozen=True, slots=True)
class PermutedScores:
    """Scores of one model with permuted labels: metric -> one score for each permutation, or ``None``."""

    KIND: ClassVar[str] = "permuted"
    scores: Mapping[str, tuple[ScoreParts | None, ...]]


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """What training a model gave.

    Parameters
    ----------
    measure, value
        ``"accuracy"`` (a share of 1) or ``"r2"``, on the test samples.
    standard_error
        Of an accuracy, from the number of test samples alone; ``None`` of an R2.
    n_train, n_test
        Samples.
    epochs, planned_epochs
        Passes that were done, in parts of one too, and those that were planned.
    learning_rate
        Peak rate of the model's own weights.
    seconds
        What it took, from loading to testing.
    """

    measure: str
    value: float
    standard_error: float | None
    n_train: int
    n_test: int
    epochs: float
    planned_epochs: int
    learning_rate: float
    seconds: float

    @property
    def was_cut(self) -> bool:
        """Whether the time ran out before the planned passes were done."""
        return self.epochs < self.planned_epochs - 1e-9


@dataclass(frozen=True, slots=True)
class FineTuning:
    """Short real training of one model: what it gave, its seed, and a note (empty, or that time ran out)."""

    KIND: ClassVar[str] = "fine-tuning"
    training: TrainingResult
    seed: int
    note: str = ""
