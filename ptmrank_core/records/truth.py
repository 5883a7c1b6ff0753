"""What models reach once they are trained: what a ranking can be held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ptmrank_core.records.decoding import decode

__all__ = ["Truth"]


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

    measure: str
    values: Mapping[str, float]
    higher_is_better: bool = True
    origin: str = ""
    notes: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        """Plain JSON types, as a finding of kind ``"truth"`` keeps them."""
        return {
            "measure": self.measure,
            "values": dict(self.values),
            "higher_is_better": self.higher_is_better,
            "origin": self.origin,
            "notes": list(self.notes),
        }

    @classmethod
    def of_payload(cls, payload: Mapping[str, Any]) -> Truth:
        """Read what :meth:`payload` wrote."""
        return decode(cls, payload, "truth")
