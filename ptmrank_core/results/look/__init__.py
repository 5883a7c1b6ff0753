"""The samples of a run that are worth a look: labels that models doubt, near-duplicates, outliers."""

from ptmrank_core.results.look.decided import (
    choices_for,
    corrected_options,
    decide,
    decisions_of,
    say_decisions,
    why_no_corrections,
)
from ptmrank_core.results.look.findings import Look, Reason, ReasonKind, Suspect
from ptmrank_core.results.look.looking import look_at_samples

__all__ = [
    "Look",
    "Reason",
    "ReasonKind",
    "Suspect",
    "choices_for",
    "corrected_options",
    "decide",
    "decisions_of",
    "look_at_samples",
    "say_decisions",
    "why_no_corrections",
]
