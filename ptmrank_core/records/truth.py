"""What models reach once they are trained: what a ranking can be held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

__all__ = ["IMPORTED", "RECORDED", "Truth"]

# Subjects of the findings that hold one: the user's own results, and those on record for the demo samples.
IMPORTED, RECORDED = "imported", "recorded"


@dataclass(frozen=True, slots=True)
class Truth:
    """A measured quality of models, whoever measured it.

    Parameters
    ----------
    measure
        What was measured: ``"accuracy"`` (a share of 1), ``"r2"``, or the name of a user's column.
    values
        Model -> finite value.
    higher_is_better
        Direction of the values.
    origin
        Where it comes from: name of a file, or a phrase.
    notes
        What is to be known of it, one sentence each.
    """

    KIND: ClassVar[str] = "truth"
    measure: str
    values: Mapping[str, float]
    higher_is_better: bool = True
    origin: str = ""
    notes: tuple[str, ...] = ()
