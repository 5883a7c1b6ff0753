"""The verdict of a run: which model to fine-tune, what that is expected to reach, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

__all__ = ["Expectation", "Prediction", "Verdict", "VerdictKind"]


class VerdictKind(StrEnum):
    """The kinds of answers that a run can give."""

    TRAINED = "trained"
    NOTHING_TO_RANK = "nothing_to_rank"
    ONE_CANDIDATE = "one_candidate"
    TOO_EARLY = "too_early"
    NONE_SUITS = "none_suits"
    NEAR_CEILING = "near_ceiling"
    TIED = "tied"
    RECOMMENDED = "recommended"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What fine-tuning one model is expected to reach on held-out samples.

    Parameters
    ----------
    value
        The expected value of the measure, a share of 1.
    low, high
        Ends of its interval.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """What fine-tuning is expected to reach with each model of a run.

    Parameters
    ----------
    measure
        ``"accuracy"``; empty where nothing can be predicted.
    level
        Coverage of each interval, in (0, 1).
    by_model
        Model -> expectation; empty where nothing can be predicted.
    note
        What it rests on, or why there is none, in one sentence.
    """

    measure: str = ""
    level: float = 0.9
    by_model: Mapping[str, Expectation] = field(default_factory=lambda: MappingProxyType({}))
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer of a run, made in one place and said alike everywhere.

    Parameters
    ----------
    kind
        What kind of answer it is.
    models
        The models that the answer names as the ones to take, the first to try first; empty where it names
        none. Never a control.
    sentences
        The answer in plain words: the headline first, then what qualifies it. Names of models are isolated
        (:func:`~ptmrank_core.results.phrases.bidi_isolate`).
    measure
        Measure of ``reached`` and ``chance``: ``"accuracy"``, ``"r2"``, ``"average_precision"``, or that of
        the training; empty where nothing was measured.
    reached
        Model or reference -> what it reaches under the linear probe (after training, if the kind is
        ``trained``): at least the first of the order and the best, where they are known.
    chance
        What a constant guess reaches: the share of the largest class, 0 for R2, the mean share of positives
        for the macro average precision; ``None`` where it is not known.
    expected
        What the first of ``models`` is expected to reach after fine-tuning; ``None`` where that cannot be
        said.
    expected_note
        What ``expected`` rests on, or why there is none.
    next_step
        What would make the answer surer, in one sentence.
    """

    kind: VerdictKind
    models: tuple[str, ...]
    sentences: tuple[str, ...]
    measure: str = ""
    reached: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    chance: float | None = None
    expected: Expectation | None = None
    expected_note: str = ""
    next_step: str = ""
