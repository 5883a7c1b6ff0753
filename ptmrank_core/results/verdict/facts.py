"""What the rules of the verdict look at, collected from a run and its ranking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ptmrank_core.records import (
    Failure,
    HalfSampleScores,
    Prediction,
    ProbeResult,
    Ranking,
    RankIntervals,
    ReferenceResult,
    RunResult,
    RunState,
    SamplesSummary,
    Skipped,
)
from ptmrank_core.results.alternative import Alternative, cheaper_alternative
from ptmrank_core.results.constant_guess import constant_guess
from ptmrank_core.results.cost import ModelCost, costs_of
from ptmrank_core.results.fine_tuning import models_to_train
from ptmrank_core.results.intervals import why_no_intervals
from ptmrank_core.results.learning_curve import consensus_curve, settled_at
from ptmrank_core.results.phrases import bidi_isolate
from ptmrank_core.results.prediction import prediction_of
from ptmrank_core.results.race import RaceSoFar, race_of, race_problem, with_race
from ptmrank_core.results.references import Reference, references_of, wants_references
from ptmrank_core.results.search import search_of
from ptmrank_core.results.verdict.comparisons import Reached
from ptmrank_core.results.verdict.trainings import Trainings, trainings_of

__all__ = ["Facts", "ReferenceRow", "collect_facts"]


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """A row that candidates should beat: its title, that within a sentence, what a linear probe reaches."""

    title: str
    within: str
    reached: Reached


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known of a run.

    Parameters
    ----------
    state, error, samples
        Of the run.
    order
        The ranked candidates, best first.
    to_train
        The same, the most promising to fine-tune first.
    candidates
        All candidates of the plan.
    is_table
        Whether the only candidate is the columns of a table.
    pending
        Candidates of which scores are still to come, or never came.
    first_failure
        The first candidate without a score and why, ``x: It is empty.``; empty where nothing failed.
    is_waiting
        Whether the run is at work on something that the answer needs.
    has_probe
        Whether a linear probe is part of the run.
    measure, chance
        Measure of the probe, and what a constant guess reaches under it, or under the measure of the
        trainings or of a race that is decided; empty and ``None`` where it is not known.
    reached
        Candidate -> what the probe reaches, in the ranking's order.
    references
        Rows that candidates should beat.
    trainings
        Candidates that were really trained outside a race; ``None`` where there are none.
    race, race_problem
        The race, ``None`` where there is none; and why it failed as a whole, empty where it did not.
    intervals, no_intervals
        How sure the order is, or why that cannot be said.
    prediction
        What fine-tuning is expected to reach.
    costs, alternative
        Of the candidates; a cheaper model close behind the first.
    settled
        Agreement of the order on about half of the samples with that on all; ``None`` where it is not known.
    n_dropped
        Candidates that a search dropped before.
    """

    state: RunState
    error: str
    samples: SamplesSummary
    order: tuple[str, ...]
    to_train: tuple[str, ...]
    candidates: tuple[str, ...]
    is_table: bool
    pending: tuple[str, ...]
    first_failure: str
    is_waiting: bool
    has_probe: bool
    measure: str
    chance: float | None
    reached: Mapping[str, Reached]
    references: tuple[ReferenceRow, ...]
    trainings: Trainings | None
    race: RaceSoFar | None
    race_problem: str
    intervals: RankIntervals | None
    no_intervals: str
    prediction: Prediction
    costs: Mapping[str, ModelCost]
    alternative: Alternative | None
    settled: float | None
    n_dropped: int

    @property
    def best(self) -> str:
        """The candidate on which the probe reaches most, the earlier of the order among equals."""
        return max(self.reached, key=lambda model: self.reached[model].value)

    @property
    def best_reference(self) -> ReferenceRow | None:
        """The reference on which the probe reaches most."""
        return max(self.references, key=lambda row: row.reached.value, default=None)


def collect_facts(result: RunResult, ranking: Ranking) -> Facts:
    """Collect what the rules look at.

    Parameters
    ----------
    result
        The run so far.
    ranking
        Its ranking, or that of the models whose scores are all there.
    """
    candidates = tuple(spec.id for spec in result.plan.candidates)
    order = tuple(model for model in ranking.order if model in candidates)
    counts = Counter(cell.model for cell in result.cells)
    pending = tuple(model for model in candidates if counts[model] < len(result.plan.metrics))
    probes = _probes(result, order)
    measure = next((probe.measure for probe in probes.values()), "")
    trainings, race = trainings_of(result), race_of(result)
    costs = costs_of(result)
    return Facts(
        state=result.state,
        error=result.error,
        samples=result.samples,
        order=order,
        to_train=models_to_train(replace(ranking, order=order), len(order)),
        candidates=candidates,
        is_table=[spec.source for spec in result.plan.candidates] == ["columns"],
        pending=pending,
        first_failure=_first_failure(result, order),
        is_waiting=not result.state.is_finished() and bool(pending or _owes(result, order)),
        has_probe=result.plan.analyses.probe or bool(probes),
        measure=measure,
        chance=constant_guess(_told_measure(race, trainings) or measure, result.samples),
        reached={model: _reached(probe) for model, probe in probes.items()},
        references=_references(result, measure),
        trainings=trainings,
        race=race,
        race_problem=race_problem(result),
        intervals=ranking.intervals if len(order) > 1 else None,
        no_intervals=why_no_intervals(result, ranking),
        prediction=with_race(prediction_of(result, ranking), race),
        costs=costs,
        alternative=cheaper_alternative(replace(ranking, order=order), costs),
        settled=_settled(result, ranking),
        n_dropped=_n_dropped(result),
    )


def _told_measure(race: RaceSoFar | None, trainings: Trainings | None) -> str:
    """Name the measure of real training that the answer is about; empty where nothing was trained."""
    if race is not None and race.race.final is not None:
        return race.measure
    return trainings.measure if trainings else ""


def _probes(result: RunResult, order: tuple[str, ...]) -> dict[str, ProbeResult]:
    found = result.contents(ProbeResult)
    return {model: found[model] for model in order if model in found and found[model].value is not None}


def _reached(probe: ProbeResult) -> Reached:
    folds = tuple(value for value in probe.folds if value is not None)
    return Reached(0.0 if probe.value is None else probe.value, probe.losses, folds, probe.groups)


def _references(result: RunResult, measure: str) -> tuple[ReferenceRow, ...]:
    """Collect the references that are measured as the candidates are."""
    probes = result.contents(ProbeResult)
    probes |= {
        name: own.probe for name, own in result.contents(ReferenceResult).items() if own.probe is not None
    }
    return tuple(
        ReferenceRow(own.title, _within(own), _reached(probes[own.name]))
        for own in references_of(result)
        if own.value is not None and own.measure == measure and own.name in probes
    )


def _within(own: Reference) -> str:
    """Write the title of a reference as within a sentence; the id of a control stays as it is."""
    is_name = own.title == own.name or own.title[1:2].isupper()
    return bidi_isolate(own.title if is_name else own.title[:1].lower() + own.title[1:])


def _first_failure(result: RunResult, order: tuple[str, ...]) -> str:
    """Say which candidate without a score is the first, and why: a failure before what does not apply."""
    candidates = {spec.id for spec in result.plan.candidates}
    cells = [cell for cell in result.cells if cell.model in candidates and cell.model not in order]
    failure = next((cell for cell in cells if isinstance(cell, Failure)), None)
    if failure is not None:
        return f"{bidi_isolate(failure.model)}: {failure.message} {failure.hint}".strip()
    skipped = next((cell for cell in cells if isinstance(cell, Skipped)), None)
    return f"{bidi_isolate(skipped.model)}: {skipped.reason}" if skipped else ""


def _owes(result: RunResult, order: tuple[str, ...]) -> bool:
    """Whether probes, references, or the parts that intervals come from are not there yet."""
    analyses, found = result.plan.analyses, {(own.kind, own.subject) for own in result.findings}
    if wants_references(result.plan) and not any(kind == ReferenceResult.KIND for kind, _ in found):
        return True
    owed = [(ProbeResult.KIND, model) for model in order] if analyses.probe else []
    wants_parts = len(order) > 1 and analyses.half_samples != 0
    if wants_parts and not any(kind == HalfSampleScores.KIND for kind, _ in found):
        return True
    return any(finding not in found for finding in owed)


def _settled(result: RunResult, ranking: Ranking) -> float | None:
    """Agreement of the order on at most about half of the samples with that on all."""
    curve = consensus_curve(result, ranking)
    found = settled_at(curve, result.samples.n_samples) if curve else None
    return found[1] if found else None


def _n_dropped(result: RunResult) -> int:
    """Candidates that a search left out of the run."""
    report = search_of(result)
    if report is None or not report.rounds:
        return 0
    return max(report.rounds[0].models - len(report.finalists), 0)
