"""References that candidates should beat, probed on the same folds right after them, if time allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.plain import plain_features, reads_columns
from ptmrank_core.benchmark.analyses.probe import probe_arrays
from ptmrank_core.benchmark.execution.extraction import gather
from ptmrank_core.errors import CancelledError
from ptmrank_core.events import AnalysisStep, CancelToken, discard_event, raise_if_cancelled
from ptmrank_core.features.baselines import BaselineFeatures, principal_components, stack_rows
from ptmrank_core.features.twins import TWIN_PREFIX, is_twin_cached, untrained_twin
from ptmrank_core.probing.predictors import PREDICTORS, cross_validate
from ptmrank_core.records import ProbeResult, ReferenceKind, ReferenceResult
from ptmrank_core.results.command import FEATURES_TASK

__all__ = ["FREE_SECONDS", "SHARE", "probe_references"]

# All references together take at most this share of the time that the run has worked so far; what takes no
# more than a few seconds is always done.
SHARE, FREE_SECONDS = 0.2, 3.0
PLAIN, PCA, COLUMNS = "plain", "columns:pca", "columns:"
PREDICTOR_TITLES = {
    "knn": "k nearest neighbours on the columns",
    "trees": "Gradient-boosted trees on the columns",
}
# Bytes of random weights that are made and written in a second.
BYTES_PER_SECOND = 200e6


@dataclass(frozen=True, slots=True)
class _Job:
    """One reference: the subject of its finding, what it is, and how it is found."""

    subject: str
    title: str
    role: ReferenceKind
    find: Callable[[CancelToken], ReferenceResult]


class _Allowance:
    """The time that references may take.

    Parameters
    ----------
    context
        What the run has spent so far.
    """

    def __init__(self, context: AnalysisContext) -> None:
        self.cancel = context.run_context.cancel
        findings = context.findings()
        taken = sum(own.seconds for own in findings if own.kind == ReferenceResult.KIND)
        spent = sum(own.seconds for own in findings) - taken
        spent += sum(sum(outcome.seconds.values()) for outcome in context.outcomes.values())
        self.seconds = max(FREE_SECONDS, SHARE * spent) - taken
        self.end = time.perf_counter() + self.seconds

    def left(self) -> float:
        """Seconds that are left."""
        return max(0.0, self.end - time.perf_counter())

    def token(self) -> bool:
        """Whether work must stop: the run was cancelled, or the time is up."""
        return self.left() <= 0 or self.cancel()

    def explain(self, what: str) -> str:
        """Say that something was left out because of the time."""
        return (
            f"{what} All references may take {SHARE:.0%} of the run's time so far, or {FREE_SECONDS:.0f} s; "
            f"here {max(0.0, self.seconds):.0f} s."
        )


def probe_references(context: AnalysisContext) -> None:
    """Store a :class:`~ptmrank_core.records.ReferenceResult` for each reference, if they are requested.

    Features that no model made, of rows of numbers also k nearest neighbours and boosted trees, and the
    untrained twin of the first candidate; none for ready-made features, whose samples are unknown. What
    would take too long is stored with the reason.

    Raises
    ------
    CancelledError
        If cancellation was requested; findings so far stay.
    """
    plan = context.run_context.plan
    if not (plan.analyses.references and plan.analyses.probe and context.contents(ProbeResult)):
        return
    if plan.task == FEATURES_TASK:
        return
    allowance = _Allowance(context)
    jobs = list(_jobs(context, allowance))
    for index, job in enumerate(jobs):
        raise_if_cancelled(context.run_context.cancel)
        if not context.is_kept(ReferenceResult, job.subject):
            context.keep(ReferenceResult, job.subject, partial(_within, allowance, job))
        context.run_context.sink(AnalysisStep(ReferenceResult.KIND, index + 1, len(jobs)))


def _within(allowance: _Allowance, job: _Job) -> ReferenceResult:
    """Do a job within the time that is left."""
    try:
        raise_if_cancelled(allowance.token)
        return job.find(allowance.token)
    except CancelledError:
        if allowance.cancel():
            raise
        why = allowance.explain("It was stopped because it takes too long.")
        return ReferenceResult(job.title, job.role, left_out=why)


def _jobs(context: AnalysisContext, allowance: _Allowance) -> Iterator[_Job]:
    """List the references of a run, the cheapest first."""
    yield _Job(PLAIN, "Baseline features", "baseline", partial(_plain, context))
    if context.run_context.samples.modality == "tabular":
        if not reads_columns(context):
            yield _Job(PCA, "Principal components of the columns", "baseline", partial(_components, context))
        for name, title in PREDICTOR_TITLES.items():
            find = partial(_predictor, context, name, title)
            yield _Job(COLUMNS + name, title, "predictor", find)
    first = next((model for model in context.order() if _has_twin(context, model)), None)
    if first is not None:
        find = partial(_twin, context, allowance, first)
        yield _Job(TWIN_PREFIX + first, _twin_title(first), "untrained", find)


def _has_twin(context: AnalysisContext, model: str) -> bool:
    return model in context.specs and context.specs[model].source in {"hub", "local", "demo"}


def _twin_title(model: str) -> str:
    return f"Untrained twin of {model}"


def _plain(context: AnalysisContext, cancel: CancelToken) -> ReferenceResult:
    """Probe features that no model made."""
    return _probe_baseline(context, plain_features(context, cancel), cancel)


def _components(context: AnalysisContext, cancel: CancelToken) -> ReferenceResult:
    """Probe the principal components of rows of numbers."""
    rows = stack_rows(context.run_context.samples, cancel=cancel)
    return _probe_baseline(context, principal_components(rows), cancel)


def _probe_baseline(
    context: AnalysisContext, baseline: BaselineFeatures, cancel: CancelToken
) -> ReferenceResult:
    arrays = {"embeddings": baseline.embeddings, **context.labels()}
    probe = probe_arrays(context, arrays, cancel=cancel)
    return ReferenceResult(baseline.title, "baseline", probe, n_features=baseline.embeddings.shape[1])


def _predictor(context: AnalysisContext, name: str, title: str, cancel: CancelToken) -> ReferenceResult:
    """Evaluate a predictor that reads the rows themselves."""
    rows = stack_rows(context.run_context.samples, cancel=cancel)
    fit = partial(cross_validate, predict=PREDICTORS[name])
    probe = probe_arrays(context, {"embeddings": rows, **context.labels()}, fit=fit, cancel=cancel)
    return ReferenceResult(title, "predictor", probe, n_features=rows.shape[1])


def _twin(
    context: AnalysisContext, allowance: _Allowance, model: str, cancel: CancelToken
) -> ReferenceResult:
    """Probe the untrained twin of a model, unless that is known to take too long."""
    run_context = replace(context.run_context, cancel=cancel)
    spec, plan = context.specs[model], run_context.plan
    sets, cache, left = [run_context.samples], run_context.cache, allowance.left()
    if not is_twin_cached(spec, seed=plan.seed, sets=sets, options=plan.options, cache=cache):
        seconds = _seconds_of_twin(context, model)
        if seconds is None or seconds > left:
            takes = "an unknown time" if seconds is None else f"about {seconds:.0f} s"
            why = allowance.explain(f"It would take {takes}.")
            return ReferenceResult(_twin_title(model), "untrained", of=model, left_out=why)
    with untrained_twin(spec, seed=plan.seed, sets=sets, options=plan.options, cache=cache) as twin:
        arrays = gather(run_context, twin, (), discard_event).arrays
    probe = probe_arrays(context, arrays, cancel=cancel)
    n_features = int(arrays["embeddings"].shape[1])
    return ReferenceResult(_twin_title(model), "untrained", probe, n_features=n_features, of=model)


def _seconds_of_twin(context: AnalysisContext, model: str) -> float | None:
    """Estimate how long a twin takes: as long as its model took; ``None`` if that never ran here."""
    speed = context.run_context.store.speeds().get(model)
    if speed is None:
        return None
    spec, outcome = context.specs[model], context.outcomes[model]
    fit = next(
        (own.seconds for own in context.findings() if (own.kind, own.subject) == (ProbeResult.KIND, model)),
        0.0,
    )
    building = (spec.size_bytes or 0) / BYTES_PER_SECOND
    running = speed.seconds * context.run_context.samples.n_samples
    return building + outcome.seconds.get("load", 0.0) + running + fit
