"""Decisions on samples: read from tables, and applied to what a source says."""

from ptmrank_core.data.decisions.applying import apply_corrections
from ptmrank_core.data.decisions.reading import load_corrections, read_decisions

__all__ = ["apply_corrections", "load_corrections", "read_decisions"]
