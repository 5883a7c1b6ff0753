"""The results of the analyses of a run: one record for each analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

from ptmrank_core.records.arrays import PackedArray

__all__ = [
    "VALUE",
    "ClassProbabilities",
    "ControlScores",
    "FineTuning",
    "HalfSampleScores",
    "ModelHalfSamples",
    "PartScores",
    "PermutedScores",
    "ProbeResult",
    "ReferenceKind",
    "ReferenceResult",
    "ScoreParts",
    "SeedScores",
    "TrainingResult",
]

ReferenceKind: TypeAlias = Literal["untrained", "shuffled", "baseline", "predictor"]
"""Kinds of references."""
ScoreParts: TypeAlias = Mapping[str, float]
"""One score: its value under :data:`VALUE`, and its named components if the metric is defined over all
candidates of a run, so that the value alone does not rank a model."""
VALUE = "value"


@dataclass(frozen=True, slots=True)
class ClassProbabilities:
    """Out-of-fold probabilities of a probe: those of the likeliest classes of each sample, and of its own.

    Parameters
    ----------
    classes
        Codes of the k likeliest classes of each of the n samples, the likeliest first; int16 of shape (n, k).
    values
        Their probabilities; float16 of shape (n, k).
    of_label
        The probability of each sample's own class; float16 of shape (n,).
    """

    classes: PackedArray
    values: PackedArray
    of_label: PackedArray


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Cross-validated performance of a linear probe and of k-NN on the features of one model.

    Parameters
    ----------
    measure, value
        ``"accuracy"``, ``"r2"`` or ``"average_precision"``, and its value over the out-of-fold predictions
        of the probe.
    folds
        The value in each fold.
    knn
        The value of k nearest neighbours; ``None`` if they were not evaluated.
    scale
        Root mean square of the features.
    predictions
        Out-of-fold prediction of each sample: a class code, a number, or a list of numbers.
    losses
        Out-of-fold loss of each sample.
    n_classes
        Number of classes; ``None`` if the labels are not classes.
    notes
        Remarks for the reader, one sentence each.
    groups
        Code of the group of each sample, whose losses are not independent; empty if no groups are known.
    probabilities
        Out-of-fold probabilities; ``None`` where the labels are no classes, and in runs of former versions.
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
    groups: tuple[int, ...] = ()
    probabilities: ClassProbabilities | None = None


@dataclass(frozen=True, slots=True)
class HalfSampleScores:
    """Scores of one metric on parts of the samples (halves in former versions, hence the names).

    Parameters
    ----------
    scores
        Model -> one score for each part; ``None`` if it has none. Metrics with fewer parts have the first
        ones of the others. A metric that is defined over all models is joined on the scale of all samples.
    sizes
        Number of samples of each part.
    growth
        Model -> factor by which the deviations of the parts' scores are scaled besides what their sizes call
        for, for scores that are sums over the samples.
    notes
        Conditions under which the parts were drawn, one sentence each.
    """

    KIND: ClassVar[str] = "halves"
    scores: Mapping[str, tuple[float | None, ...]]
    sizes: tuple[int, ...]
    growth: Mapping[str, float]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelHalfSamples:
    """Scores of one model on parts of the samples, stored until those of all models are complete.

    Parameters
    ----------
    scores
        Metric -> one score for each part; ``None`` if it has none.
    growth
        Metric -> factor as in :class:`HalfSampleScores`, for scores that are sums over the samples.
    """

    KIND: ClassVar[str] = "halves of model"
    scores: Mapping[str, tuple[ScoreParts | None, ...]]
    growth: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SeedScores:
    """Scores of one model under several seeds, whose mean votes in place of the score of a single seed.

    Parameters
    ----------
    scores
        Stochastic metric -> one score for each seed, that of the metric's own seed first.
    dtype
        Number format in which the model computed the features of these scores; empty if it is not known. It
        is ``"float32"`` where the features of the run are coarser and others were extracted for this.
    """

    KIND: ClassVar[str] = "seeds"
    scores: Mapping[str, tuple[float, ...]]
    dtype: str = ""


@dataclass(frozen=True, slots=True)
class PartScores:
    """Scores of one model on subsets of the samples.

    Parameters
    ----------
    sizes
        Mean number of samples at each fraction, ascending.
    scores
        Metric -> for each fraction, one score for each draw; ``None`` if it has none.
    """

    KIND: ClassVar[str] = "sample-size"
    sizes: tuple[float, ...]
    scores: Mapping[str, tuple[tuple[ScoreParts | None, ...], ...]]


@dataclass(frozen=True, slots=True)
class ControlScores:
    """Scores of features that no trained model produced: baseline features, or those of an untrained twin.

    Parameters
    ----------
    title
        Title of the control, for display.
    n_features
        Width of the features.
    scores
        Metric -> score.
    problems
        Metric -> why it has no score.
    of
        For an untrained twin, the trained model; otherwise empty.
    """

    KIND: ClassVar[str] = "controls"
    title: str
    n_features: int
    scores: Mapping[str, ScoreParts]
    problems: Mapping[str, str]
    of: str = ""


@dataclass(frozen=True, slots=True)
class ReferenceResult:
    """What features or predictions that no candidate produced reach on the same folds as the probes.

    Parameters
    ----------
    title
        Title of the reference, for display.
    role
        What it is: ``"untrained"`` and ``"shuffled"`` models, ``"baseline"`` features, or a ``"predictor"``
        that reads the samples itself.
    probe
        What a linear probe reaches on its features, or its predictions themselves; ``None`` if it was left
        out.
    n_features
        Width of the features; ``None`` if unknown.
    of
        For an untrained twin, the trained model; otherwise empty.
    left_out
        Why it was not computed, in one sentence; empty if it was.
    """

    KIND: ClassVar[str] = "reference"
    title: str
    role: ReferenceKind
    probe: ProbeResult | None = None
    n_features: int | None = None
    of: str = ""
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class PermutedScores:
    """Scores of one model with permuted labels: metric -> one score for each permutation, or ``None``."""

    KIND: ClassVar[str] = "permuted"
    scores: Mapping[str, tuple[ScoreParts | None, ...]]


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """The result of training a model.

    Parameters
    ----------
    measure, value
        ``"accuracy"`` (a share of 1) or ``"r2"``, on the test samples.
    standard_error
        Standard error of an accuracy, from the number of test samples alone; ``None`` for an R2.
    n_train, n_test
        Numbers of training and test samples.
    epochs, planned_epochs
        Completed epochs, possibly a fraction, and planned epochs.
    learning_rate
        Peak learning rate of the pre-trained weights.
    seconds
        Duration, from loading to testing.
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
        """Whether the time ran out before the planned epochs were completed."""
        return self.epochs < self.planned_epochs - 1e-9


@dataclass(frozen=True, slots=True)
class FineTuning:
    """Short fine-tuning of one model: its result, its seed, and a note if time ran out (otherwise empty)."""

    KIND: ClassVar[str] = "fine-tuning"
    training: TrainingResult
    seed: int
    note: str = ""
