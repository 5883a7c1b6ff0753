"""The projections that a run has of its models, and why others are missing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from ptmrank_core.projection import Projection, umap_is_installed
from ptmrank_core.records import Finding, ProjectedEmbeddings, RunResult, RunState
from ptmrank_core.reports.figures.embeddings import Panel, axis_titles, say_trust

__all__ = ["METHODS", "cached_panel", "why_missing", "why_not_offered"]

METHODS: Mapping[str, str] = MappingProxyType({"pca": "PCA", "lda": "LDA", "tsne": "t-SNE", "umap": "UMAP"})
"""Name of a projection method -> its title."""
UMAP_EXTRA = "UMAP comes with the extra ptmrank[umap]: runs that are made once it is installed have it."


def why_not_offered(result: RunResult, method: str) -> str:
    """Say why a projection method does not apply to a run; empty where it does."""
    if method == "lda" and result.samples.target_kind != "classification":
        return "LDA finds the plane that separates classes best: these labels are not classes."
    if method == "umap" and not _has_umap(result):
        return UMAP_EXTRA
    return ""


def _has_umap(result: RunResult) -> bool:
    """Whether a run has points of UMAP, or will have them."""
    is_to_come = not result.state.is_finished() and umap_is_installed()
    return is_to_come or any(finding.subject.startswith("umap:") for finding in _findings(result))


def cached_panel(result: RunResult, method: str, model: str) -> Panel | None:
    """Read a model's points under a method other than PCA; ``None`` where there are none."""
    content = result.contents(ProjectedEmbeddings).get(f"{method}:{model}")
    if content is None:
        return None
    projection = Projection(content.points.unpack(), np.empty(0), content.method, content.settings)
    rows = content.rows.unpack().astype(np.int64)
    return Panel(model, rows, projection.points, *axis_titles(projection), say_trust(content.trust))


def why_missing(result: RunResult, method: str, model: str) -> str:
    """Say why a run has no points of a model under a method; empty where it has them, or will have them."""
    finding = _finding(result, method, model)
    if finding is not None:
        return finding.problem
    if not result.state.is_finished() and result.plan.analyses.projections:
        return ""
    if not result.plan.analyses.projections:
        return "the run was asked to leave projections out"
    if result.state is not RunState.FINISHED:
        return "the run stopped before"
    if not _findings(result):
        return "the run was made before there were projections"
    return "it is computed for the six best models alone"


def _findings(result: RunResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.kind == ProjectedEmbeddings.KIND]


def _finding(result: RunResult, method: str, model: str) -> Finding | None:
    return next((finding for finding in _findings(result) if finding.subject == f"{method}:{model}"), None)
