"""Features of the samples that no model made, computed once for all analyses that read them."""

from __future__ import annotations

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.work.identity import Identity, digest_of, versions_of
from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.events import CancelToken
from ptmrank_core.features.baselines import (
    BaselineFeatures,
    baseline_features,
    principal_components,
    stack_rows,
)
from ptmrank_core.results.command import FEATURES_TASK

__all__ = ["plain_features", "plain_identity", "reads_columns"]

# Raise when baseline features, or the rows of numbers, of the same samples can be others.
VERSION = 1
PACKAGES = ("numpy", "scipy", "scikit-learn", "pillow")


def plain_identity(context: AnalysisContext) -> Identity:
    """Return what features of the samples that no model made are known by, the rows of numbers among them."""
    samples, seed = context.run_context.samples, context.run_context.plan.seed
    is_reduced = reads_columns(context)
    parts = (str(VERSION), versions_of(PACKAGES), samples.modality, samples.fingerprint, str(seed))
    return Identity("plain", digest_of((*parts, str(is_reduced))))


def reads_columns(context: AnalysisContext) -> bool:
    """Whether the columns of the samples are themselves a candidate."""
    return any(spec.source == "columns" for spec in context.run_context.plan.candidates)


def plain_features(context: AnalysisContext, cancel: CancelToken) -> BaselineFeatures:
    """Compute the baseline features of the samples; where their columns compete, the components of these.

    Parameters
    ----------
    context
        A run; it keeps the features for other analyses.
    cancel
        Asked between chunks of samples.

    Raises
    ------
    UnsupportedModelError
        If the features of the run are ready-made, or there is no baseline for these samples.
    """
    if context.plain is None:
        context.plain = _compute(context, cancel)
    return context.plain


def _compute(context: AnalysisContext, cancel: CancelToken) -> BaselineFeatures:
    run_context = context.run_context
    if run_context.plan.task == FEATURES_TASK:
        raise UnsupportedModelError(
            "Ready-made features come without the samples, so there are no baseline features to compare with."
        )
    if reads_columns(context):
        return principal_components(stack_rows(run_context.samples, cancel=cancel))
    return baseline_features(run_context.samples, seed=run_context.plan.seed, cancel=cancel)
