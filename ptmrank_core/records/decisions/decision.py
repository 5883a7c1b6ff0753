"""Decisions on single samples: keep, relabel, or leave out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias, get_args

from ptmrank_core.records.names import printable

__all__ = ["DECISIONS", "Correction", "Decision", "DecisionKind", "Decisions"]

DecisionKind: TypeAlias = Literal["keep", "relabel", "leave out"]
DECISIONS: tuple[DecisionKind, ...] = get_args(DecisionKind)


@dataclass(frozen=True, slots=True)
class Correction:
    """How one sample of a source is read otherwise than the source says.

    Parameters
    ----------
    sample
        SHA-256 (hex) of its content: a name can be that of another file tomorrow.
    label
        Its label: the name of a class, or a number as text; ``None`` to leave the sample out.
    """

    sample: str
    label: str | None

    def __post_init__(self) -> None:
        if self.label is not None:
            object.__setattr__(self, "label", printable(self.label))


@dataclass(frozen=True, slots=True)
class Decision:
    """What the owner decided on one sample of a run: a finding about that sample.

    Parameters
    ----------
    sample
        SHA-256 (hex) of its content.
    file
        Its name.
    label
        Its label when it was decided on.
    decision
        Whether it is kept, given another label, or left out.
    new_label
        The other label; empty unless it is relabelled.
    reason
        Why it was looked at, or what its owner noted.
    """

    KIND: ClassVar[str] = "decision"
    sample: str
    file: str
    label: str
    decision: DecisionKind
    new_label: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        for name in ("file", "label", "new_label", "reason"):
            object.__setattr__(self, name, printable(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions on the samples of a run, in the order in which they were made."""

    decisions: tuple[Decision, ...] = ()

    def of(self, sample: str) -> Decision | None:
        """Return the decision on a sample; ``None`` where there is none."""
        return next((decision for decision in self.decisions if decision.sample == sample), None)

    def corrections(self) -> tuple[Correction, ...]:
        """Return what they change: what is kept needs no correction."""
        return tuple(
            Correction(decision.sample, decision.new_label if decision.decision == "relabel" else None)
            for decision in self.decisions
            if decision.decision != "keep"
        )
