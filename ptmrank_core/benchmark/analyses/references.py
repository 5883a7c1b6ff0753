"""References that candidates should beat, probed on the same folds right after them, if time allows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.plain import plain_features, plain_identity, reads_columns
from ptmrank_core.benchmark.execution.extraction import gather
from ptmrank_core.benchmark.work.identity import Identity, identity_of, piece_text
from ptmrank_core.errors import CancelledError
from ptmrank_core.events import AnalysisStep, discard_event, raise_if_cancelled
from ptmrank_core.features.baselines import BaselineFeatures, principal_components, stack_rows
from ptmrank_core.features.twins import TWIN_PREFIX, describe_twin, is_twin_cached, untrained_twin
from ptmrank_core.pieces import Found
from ptmrank_core.pieces.running import run_piece
from ptmrank_core.records import ProbeResult, ReferenceKind, ReferenceResult
from ptmrank_core.results.references import wants_references

__all__ = ["probe_references"]

# All references together take at most this share of the time that the run has worked so far, or so many
# seconds, which are always granted: a small run then has the same references on a busy machine too.
SHARE, FREE_SECONDS = 0.2, 20.0
PLAIN, PCA, COLUMNS = "plain", "columns:pca", "columns:"
PREDICTOR_TITLES = {
    "knn": "k nearest neighbours on the columns",
    "trees": "Gradient-boosted trees on the columns",
}
# Random weights are made in memory, in full precision, and written at so many bytes in a second.
MAX_PARAMETERS, BYTES_PER_SECOND = 500_000_000, 200e6


@dataclass(frozen=True, slots=True)
class _Job:
    """One reference: the subject of its finding, what it is, what it is known by, and how it is found."""

    subject: str
    title: str
    role: ReferenceKind
    identity: Identity | None
    find: Callable[[_Deadline], ReferenceResult]
    of: str = ""

    def name(self, seed: int) -> str | None:
        """Return the name that its result is kept by; ``None`` if it is not."""
        if self.identity is None:
            return None
        which = self.subject if not self.of else self.role
        return self.identity.name(ReferenceResult.KIND, which, piece_text("probe"), str(seed))

    def as_named_here(self, result: ReferenceResult) -> ReferenceResult:
        """Put the name of this run's model into the result of a twin."""
        return replace(result, title=self.title, of=self.of) if self.of else result


class _Deadline:
    """The time that references may take, started with each of them; no limit where controls are asked for.

    Parameters
    ----------
    context
        What the run has spent so far.
    """

    def __init__(self, context: AnalysisContext) -> None:
        self.cancel = context.run_context.cancel
        findings = context.findings()
        taken = sum(own.cost_seconds for own in findings if own.kind == ReferenceResult.KIND)
        spent = sum(own.cost_seconds for own in findings) - taken
        spent += sum(sum(outcome.seconds.values()) for outcome in context.outcomes.values())
        self.seconds = max(0.0, max(FREE_SECONDS, SHARE * spent) - taken)
        if context.run_context.plan.analyses.controls:
            self.seconds = math.inf  # all of them were asked for
        self.end = time.perf_counter() + self.seconds

    def token(self) -> bool:
        """Whether work must stop: the run was cancelled, or the time is up."""
        return time.perf_counter() >= self.end or self.cancel()

    def explain(self, what: str) -> str:
        """Say that something was left out because of the time."""
        return (
            f"{what} There are {self.seconds:.1f} s for it: all references may take {SHARE:.0%} of the run's "
            f"time so far, or {FREE_SECONDS:.0f} s."
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
    if not (wants_references(context.run_context.plan) and context.contents(ProbeResult)):
        return
    jobs = list(_jobs(context))
    # The first candidate changes where one that had failed is tried again: only the twin of this one counts.
    context.drop_others(ReferenceResult, {job.subject for job in jobs})
    for index, job in enumerate(jobs):
        raise_if_cancelled(context.run_context.cancel)
        name = job.name(context.run_context.plan.seed)
        find = partial(_within, context, job)
        context.find_once(ReferenceResult, job.subject, name, find, job.as_named_here)
        context.run_context.sink(AnalysisStep(ReferenceResult.KIND, index + 1, len(jobs)))


def _within(context: AnalysisContext, job: _Job) -> Found:
    """Do a job within the time that is left; what was left out is so in this run alone."""
    deadline = _Deadline(context)
    try:
        raise_if_cancelled(deadline.token)
        result = job.find(deadline)
    except CancelledError:
        if deadline.cancel():
            raise
        why = deadline.explain("It was stopped because it takes too long.")
        result = ReferenceResult(job.title, job.role, left_out=why)
    return Found({"": result}, frozenset({""}) if result.left_out else frozenset())


def _jobs(context: AnalysisContext) -> Iterator[_Job]:
    """List the references of a run, the cheapest first."""
    plain = plain_identity(context)
    yield _Job(PLAIN, "Baseline features", "baseline", plain, partial(_plain, context))
    if context.run_context.samples.modality == "tabular":
        if not reads_columns(context):
            title = "Principal components of the columns"
            yield _Job(PCA, title, "baseline", plain, partial(_components, context))
        for name, title in PREDICTOR_TITLES.items():
            find = partial(_predictor, context, name, title)
            yield _Job(COLUMNS + name, title, "predictor", plain, find)
    first = next((model for model in context.order() if _has_twin(context, model)), None)
    if first is not None:
        find = partial(_twin, context, first)
        twin = describe_twin(context.specs[first], context.run_context.plan.seed)
        identity = identity_of(context.run_context, twin)
        yield _Job(TWIN_PREFIX + first, _twin_title(first), "untrained", identity, find, first)


def _has_twin(context: AnalysisContext, model: str) -> bool:
    return model in context.specs and context.specs[model].source in {"hub", "local", "demo"}


def _twin_title(model: str) -> str:
    return f"Untrained twin of {model}"


def _plain(context: AnalysisContext, deadline: _Deadline) -> ReferenceResult:
    """Probe features that no model made."""
    return _probe_baseline(context, plain_features(context, deadline.token), deadline)


def _components(context: AnalysisContext, deadline: _Deadline) -> ReferenceResult:
    """Probe the principal components of rows of numbers."""
    rows = stack_rows(context.run_context.samples, cancel=deadline.token)
    return _probe_baseline(context, principal_components(rows), deadline)


def _probe_baseline(
    context: AnalysisContext, baseline: BaselineFeatures, deadline: _Deadline
) -> ReferenceResult:
    arrays = {"embeddings": baseline.embeddings, **context.labels()}
    probe = _probe(context, arrays, deadline)
    return ReferenceResult(baseline.title, "baseline", probe, n_features=baseline.embeddings.shape[1])


def _probe(
    context: AnalysisContext, arrays: Mapping[str, Any], deadline: _Deadline, *, predictor: str = ""
) -> ProbeResult:
    """Probe features on the folds of the candidates, or evaluate a predictor on them."""
    arguments = {
        "groups": context.run_context.samples.groups,
        "seed": context.run_context.plan.seed,
        "predictor": predictor,
    }
    probe: ProbeResult = run_piece("probe", arrays, arguments, deadline.token).results[""]
    return probe


def _predictor(context: AnalysisContext, name: str, title: str, deadline: _Deadline) -> ReferenceResult:
    """Evaluate a predictor that reads the rows themselves."""
    rows = stack_rows(context.run_context.samples, cancel=deadline.token)
    probe = _probe(context, {"embeddings": rows, **context.labels()}, deadline, predictor=name)
    return ReferenceResult(title, "predictor", probe, n_features=rows.shape[1])


def _twin(context: AnalysisContext, model: str, deadline: _Deadline) -> ReferenceResult:
    """Probe the untrained twin of a model, unless that is known to take too long."""
    run_context = replace(context.run_context, cancel=deadline.token)
    spec, plan = context.specs[model], run_context.plan
    sets, cache = [run_context.samples], run_context.cache
    if not is_twin_cached(spec, seed=plan.seed, sets=sets, options=plan.options, cache=cache):
        why = _why_no_twin(context, model, deadline)
        if why:
            return ReferenceResult(_twin_title(model), "untrained", of=model, left_out=why)
    with untrained_twin(
        spec, seed=plan.seed, sets=sets, options=plan.options, cache=cache, models=run_context.models
    ) as twin:
        arrays = gather(run_context, twin, (), discard_event).arrays
    probe = _probe(context, arrays, deadline)
    n_features = int(arrays["embeddings"].shape[1])
    return ReferenceResult(_twin_title(model), "untrained", probe, n_features=n_features, of=model)


def _why_no_twin(context: AnalysisContext, model: str, deadline: _Deadline) -> str:
    """Say why a twin is not built: it is too large, or would take too long; empty if it is."""
    if deadline.seconds == math.inf:
        return ""
    n_parameters = context.specs[model].n_parameters or 0
    if n_parameters > MAX_PARAMETERS:
        return (
            f"It would have {n_parameters / 1e6:,.0f} M random weights in memory; unless controls are asked "
            f"for, a twin has {MAX_PARAMETERS / 1e6:,.0f} M at most."
        )
    seconds = _seconds_of_twin(context, model)
    if seconds is None:
        return deadline.explain("How long it would take is not known, as its model did not run here.")
    return deadline.explain(f"It would take about {seconds:.0f} s.") if seconds > deadline.seconds else ""


def _seconds_of_twin(context: AnalysisContext, model: str) -> float | None:
    """Estimate how long a twin takes: as long as its model took; ``None`` if that never ran here."""
    speed = context.run_context.store.speeds().get(model)
    if speed is None:
        return None
    spec, outcome = context.specs[model], context.outcomes[model]
    probed = (own for own in context.findings() if (own.kind, own.subject) == (ProbeResult.KIND, model))
    fit = next((own.cost_seconds for own in probed), 0.0)
    building = (spec.size_bytes or 0) / BYTES_PER_SECOND
    running = speed.seconds * context.run_context.samples.n_samples
    return building + outcome.seconds.get("load", 0.0) + running + fit
