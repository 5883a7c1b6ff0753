"""The sections of a run's results: a module for each, and the order in which they are offered.

A section draws one run that has a ranking; the page draws the one that the address names.
"""

from collections.abc import Callable

from dashboard.sections.agreement import agreement
from dashboard.sections.cost import cost
from dashboard.sections.embeddings import embeddings
from dashboard.sections.evidence import evidence
from dashboard.sections.export import export
from dashboard.sections.ranking import ranking
from dashboard.sections.samples import samples
from ptmrank_core.records import Ranking, RunResult

__all__ = ["SECTIONS", "Section"]

Section = Callable[[RunResult, Ranking], None]

SECTIONS: dict[str, Section] = {
    "Ranking": ranking,
    "Agreement": agreement,
    "Embeddings": embeddings,
    "Evidence": evidence,
    "Cost": cost,
    "Samples": samples,
    "Export": export,
}
"""Title -> what draws it."""
