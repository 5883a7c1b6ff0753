"""Two-dimensional projections of the best models' embeddings: LDA, t-SNE, and UMAP if it is installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.top_models import best_models
from ptmrank_core.events import AnalysisStep, raise_if_cancelled
from ptmrank_core.projection import Projection, lda, trustworthiness, tsne, umap, umap_is_installed
from ptmrank_core.records import ProjectedEmbeddings, Samples, pack_array
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
    steps = [(model, method) for model in models for method in methods]
    for index, (model, method) in enumerate(steps):
        raise_if_cancelled(run_context.cancel)
        run_context.sink(AnalysisStep(ProjectedEmbeddings.KIND, index, len(steps)))
        subject = f"{method}:{model}"
        if not context.is_kept(ProjectedEmbeddings, subject):
            context.keep(ProjectedEmbeddings, subject, partial(_project, context, model, method, rows))
    run_context.sink(AnalysisStep(ProjectedEmbeddings.KIND, len(steps), len(steps)))


def _methods(samples: Samples) -> list[str]:
    """List the available methods, fastest first."""
    methods = ["lda"] if samples.target_kind == "classification" else []
    return [*methods, "tsne", *(["umap"] if umap_is_installed() else [])]


def _project(
    context: AnalysisContext, model: str, method: str, rows: NDArray[np.int64]
) -> ProjectedEmbeddings:
    """Project the embeddings of one model by one method."""
    arrays, seed = context.arrays(model), context.run_context.plan.seed
    embeddings = np.asarray(arrays["embeddings"])[rows]
    methods: dict[str, Callable[[], Projection]] = {
        "lda": lambda: lda(embeddings, arrays["labels"][rows]),
        "tsne": lambda: tsne(embeddings, seed=seed),
        "umap": lambda: umap(embeddings, seed=seed),
    }
    projection = methods[method]()
    return ProjectedEmbeddings(
        method,
        model,
        rows=pack_array(rows),
        points=pack_array(projection.points),
        trust=trustworthiness(embeddings, projection.points, seed=seed),
        settings=dict(projection.settings),
    )
