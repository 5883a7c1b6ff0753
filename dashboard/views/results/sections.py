"""The sections of a run's results: a module for each, and the order in which they are offered.

A section draws one run that has a ranking; the page draws the one that the address names.
"""

from collections.abc import Callable

from dashboard.views.results.agreement.section import agreement
from dashboard.views.results.cost.section import cost
from dashboard.views.results.embeddings.section import embeddings
from dashboard.views.results.evidence.section import evidence
from dashboard.views.results.export.section import export
from dashboard.views.results.ranking.section import ranking
from dashboard.views.results.samples.section import samples
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
