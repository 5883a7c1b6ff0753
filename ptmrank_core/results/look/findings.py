"""What is found about samples: the records of the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Look", "Reason", "ReasonKind", "Suspect"]

ReasonKind: TypeAlias = Literal["label", "neighbours", "other label", "duplicate", "outlier", "number"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to look at a sample.

    Parameters
    ----------
    kind
        ``"label"``: probes doubt its class, or one of its labels. ``"neighbours"``: its neighbours have
        another class. ``"other label"`` and ``"duplicate"``: it is nearly the same as another sample, of
        another label or of its own. ``"outlier"``: it is far from all others. ``"number"``: its number is
        far from what probes predict.
    weight
        How much it tells, in [0, 1].
    sentence
        The reason in words.
    n_agree, n_models
        How many of how many models say so.
    twin
        The other sample of a pair; ``None`` where there is none.
    """

    kind: ReasonKind
    weight: float
    sentence: str
    n_agree: int
    n_models: int
    twin: int | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A sample that is worth a look.

    Parameters
    ----------
    row
        Its index among the samples of the run.
    reasons
        At least one, the one that tells most first.
    suggestion
        The class that the probes take it for; empty where they suggest none.
    """

    row: int
    reasons: tuple[Reason, ...]
    suggestion: str = ""

    @property
    def score(self) -> float:
        """How much all reasons together tell, in [0, 1]: each takes its share of what the others left."""
        left = 1.0
        for reason in self.reasons:
            left *= 1.0 - reason.weight
        return 1.0 - left


@dataclass(frozen=True, slots=True)
class Look:
    """The samples of a run that are worth a look, the most suspect first.

    Parameters
    ----------
    suspects
        The samples, at most as many as are listed.
    n_found
        How many were found, listed or not.
    n_models
        Number of models that were asked.
    notes
        What could not be looked at and why, one sentence each.
    """

    suspects: tuple[Suspect, ...]
    n_found: int
    n_models: int
    notes: tuple[str, ...] = ()
