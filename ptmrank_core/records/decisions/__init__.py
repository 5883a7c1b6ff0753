"""What the owner of samples decided on some of them, and how that changes the labels of another run."""

from ptmrank_core.records.decisions.decision import DECISIONS, Correction, Decision, DecisionKind, Decisions

__all__ = ["DECISIONS", "Correction", "Decision", "DecisionKind", "Decisions"]
