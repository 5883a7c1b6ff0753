"""Features in float32 for analyses of a run whose models computed in half precision, where they are cheap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.benchmark.execution.extraction import gather
from ptmrank_core.benchmark.work.identity import Identity, identity_of
from ptmrank_core.errors import CancelledError, PTMRankError
from ptmrank_core.events import discard_event
from ptmrank_core.features import load_cached
from ptmrank_core.records import ExtractionReport, ModelSpec
from ptmrank_core.results.scores import HALF_PRECISION

__all__ = ["FULL", "FullPrecision"]

FULL = "float32"
# A forward pass in float32 takes about twice as long as one in half precision on hardware that has it.
SLOWDOWN = 2.0
# The extractions in float32 may take this share of what the run did before its analyses, or so many seconds,
# which are always granted: the vote of a small run then does not depend on how busy the machine is.
SHARE, FREE_SECONDS = 0.1, 10.0


class FullPrecision:
    """Arrays in float32 of those models of a run that computed in half precision.

    They are extracted in one more pass, for all of these models or for none: only where that is expected to
    be cheap beside the run so far, by the seconds that the run measured, or where they are cached.

    Parameters
    ----------
    context
        Context of the analyses.
    models
        Candidates with features.
    """

    def __init__(self, context: AnalysisContext, models: Iterable[str]) -> None:
        coarse = [model for model in models if context.outcomes[model].report.dtype in HALF_PRECISION]
        self._run_context = _in_float32(context.run_context)
        self._specs = {model: context.specs[model] for model in coarse}
        if not self._is_cheap(context):
            self._specs = {}

    def is_wanted(self, model: str) -> bool:
        """Whether features in float32 are to be taken of a model, if it has any."""
        return model in self._specs

    def identity(self, model: str) -> Identity | None:
        """Return what the results of a model are known by in float32; ``None`` if they are not kept."""
        return identity_of(self._run_context, self._specs[model])

    def arrays_of(self, model: str) -> Mapping[str, Any]:
        """Return the keyword arguments of ``prepare_inputs`` for a model that has features in float32.

        Raises
        ------
        ModelError, InputError
            If it has none any more.
        """
        return gather(self._run_context, self._specs[model], (), discard_event).arrays

    def arrays(self, model: str) -> Mapping[str, Any] | None:
        """Return the keyword arguments of ``prepare_inputs`` for one model, from features in float32.

        Returns
        -------
        Mapping or None
            ``None`` where the run's own features are to be taken: they are in float32 already, another pass
            would take too long, or the model does not run in float32 (its memory may not suffice).

        Raises
        ------
        CancelledError
            If cancellation was requested.
        """
        if model not in self._specs:
            return None
        try:
            return self.arrays_of(model)
        except CancelledError:
            raise
        except PTMRankError:
            return None

    def _is_cheap(self, context: AnalysisContext) -> bool:
        """Whether all that is not cached is expected to fit into its time; not where that is unknown."""
        n_samples = context.run_context.samples.n_samples
        costs = [
            expected_seconds(context.outcomes[model].report, n_samples)
            for model, spec in self._specs.items()
            if not self._is_cached(spec)
        ]
        spent = sum(sum(outcome.seconds.values()) for outcome in context.outcomes.values())
        return sum(costs) <= max(FREE_SECONDS, SHARE * spent)

    def _is_cached(self, spec: ModelSpec) -> bool:
        own = self._run_context
        return load_cached(own.samples, spec, options=own.plan.options, cache=own.cache) is not None


def expected_seconds(report: ExtractionReport, n_samples: int) -> float:
    """Seconds that an extraction in float32 would take, by those in half precision; infinite if unknown."""
    seconds = report.seconds
    if not report.n_run or "forward" not in seconds:
        return float("inf")
    of_samples = seconds.get("preprocess", 0.0) + SLOWDOWN * seconds["forward"]
    return seconds.get("load", 0.0) + of_samples * n_samples / report.n_run


def _in_float32(run_context: RunContext) -> RunContext:
    """Change a run's number format to float32; hidden layers are left out."""
    options = replace(run_context.plan.options, dtype=FULL, layers=False)
    return replace(run_context, plan=replace(run_context.plan, options=options))
