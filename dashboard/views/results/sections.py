"""The sections of a run's results: a module for each, and the order in which they are offered.

A section draws one run that has a ranking; the page draws the one that the address names.
"""

from collections.abc import Callable

from dashboard.views.results.agreement.section import draw_agreement
from dashboard.views.results.cost.section import draw_cost
from dashboard.views.results.embeddings.section import draw_embeddings
from dashboard.views.results.evidence.section import draw_evidence
from dashboard.views.results.export.section import draw_export
from dashboard.views.results.ranking.section import draw_ranking
from dashboard.views.results.samples.section import draw_samples
from dashboard.views.results.training.section import draw_training
from ptmrank_core.records import Ranking, RunResult

__all__ = ["SECTIONS", "Section"]

Section = Callable[[RunResult, Ranking], None]

SECTIONS: dict[str, Section] = {
    "Ranking": draw_ranking,
    "Training": draw_training,
    "Agreement": draw_agreement,
    "Embeddings": draw_embeddings,
    "Evidence": draw_evidence,
    "Cost": draw_cost,
    "Samples": draw_samples,
    "Export": draw_export,
}
"""Title -> what draws it."""
