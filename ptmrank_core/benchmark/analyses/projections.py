"""Two-dimensional projections of the best models' embeddings: LDA, t-SNE, and UMAP if it is installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.pieces import piece_of
from ptmrank_core.benchmark.analyses.top_models import best_models
from ptmrank_core.benchmark.work.identity import digest_of_arrays
from ptmrank_core.projection import umap_is_installed
from ptmrank_core.records import ProjectedEmbeddings, Samples
from ptmrank_core.sampling import nested_order, units_of, units_of_samples

__all__ = ["drawn_rows", "project_best"]

# Points of each model: those of six models, 12,000 points, are still drawn by a browser.
MAX_POINTS = 2_000
# Whole groups are drawn if at least so many fit: points of a few speakers would show the speakers only.
MIN_GROUPS = 10


def drawn_rows(samples: Samples, seed: int, *, at_most: int = MAX_POINTS) -> NDArray[np.int64]:
    """Choose the samples that are projected, the same for every model: all, or a stratified sample of 2,000.

    Groups are drawn whole, unless they are so large that the sample holds fewer than ten: then the same share
    of each group is drawn.

    Parameters
    ----------
    samples
        n samples.
    seed
        Random seed of the choice.
    at_most
        Samples that are drawn.
    """
    units = units_of_samples(samples)
    rows = nested_order(units, minimum=1, seed=seed).at_most(at_most)
    n_drawn = len(np.unique(units.unit_of[rows]))
    if len(rows) == samples.n_samples or MIN_GROUPS <= n_drawn <= len(rows) <= at_most:
        return rows
    of_each_group = units_of(units.unit_of, "classification")
    return nested_order(of_each_group, minimum=1, seed=seed).at_most(at_most)


def project_best(context: AnalysisContext) -> None:
    """Store a :class:`~ptmrank_core.records.ProjectedEmbeddings` for each method and each of the best models.

    The subject is ``METHOD:MODEL``.

    Raises
    ------
    CancelledError
        If cancellation was requested; findings so far stay.
    """
    run_context = context.run_context
    if not run_context.plan.analyses.projections:
        return
    models, methods = best_models(context), _methods(run_context.samples)
    rows = drawn_rows(run_context.samples, run_context.plan.seed)
    seed, drawn = run_context.plan.seed, digest_of_arrays([rows])
    pieces = {}
    for model in models:
        for method in methods:
            arguments = {"model": model, "method": method, "rows": rows, "seed": seed}
            known_by = [method, str(seed), drawn]
            pieces[f"{method}:{model}"] = piece_of(context, "projection", model, arguments, known_by)
    context.drop_others(ProjectedEmbeddings, pieces)
    context.find(ProjectedEmbeddings, pieces, _of_model)


def _of_model(subject: str, results: Mapping[str, Any]) -> ProjectedEmbeddings:
    """Name the model, which may have had another name where the result was kept from."""
    projected: ProjectedEmbeddings = results[""]
    return replace(projected, model=subject.partition(":")[2])


def _methods(samples: Samples) -> list[str]:
    """List the available methods, fastest first."""
    methods = ["lda"] if samples.target_kind == "classification" else []
    return [*methods, "tsne", *(["umap"] if umap_is_installed() else [])]
