"""Measured quality of trained models, with which a ranking can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

__all__ = ["IMPORTED", "RECORDED", "Truth"]

# Subjects of the findings: the results that the user imported, and those recorded for the demo samples.
IMPORTED, RECORDED = "imported", "recorded"


@dataclass(frozen=True, slots=True)
class Truth:
    """A measured quality of models.

    Parameters
    ----------
    measure
        The measure: ``"accuracy"`` (a share of 1), ``"r2"``, or the name of a column in the user's file.
    values
        Model -> finite value.
    higher_is_better
        Direction of the values.
    origin
        Origin of the values: name of a file, or a phrase.
    notes
        Remarks for the reader, one sentence each.
    unmatched
        Name in the user's file -> its value, where no model of the run has that name.
    """

    KIND: ClassVar[str] = "truth"
    measure: str
    values: Mapping[str, float]
    higher_is_better: bool = True
    origin: str = ""
    notes: tuple[str, ...] = ()
    unmatched: Mapping[str, float] = field(default_factory=dict)
