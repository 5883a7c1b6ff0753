"""The race to a decision, if requested: real training of the plausible models in growing doses."""

from __future__ import annotations

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.race.former import take_over
from ptmrank_core.benchmark.race.lora import check_lora
from ptmrank_core.benchmark.race.pace import granted_seconds
from ptmrank_core.benchmark.race.states import TrainingStates, states_folder
from ptmrank_core.benchmark.race.tasks import RaceTasks
from ptmrank_core.benchmark.race.trainer import TrainingGround
from ptmrank_core.benchmark.race.work import RaceWork
from ptmrank_core.pieces.scoring import CapturedError, run_guarded
from ptmrank_core.records import MEASURES, Finding, Race, RaceParts
from ptmrank_core.sampling import draw_three_parts

__all__ = ["race_to_decision"]


def race_to_decision(context: AnalysisContext) -> None:
    """Train the plausible candidates in growing doses until one is decided on, and that one to the end.

    Last of the analyses, so that its time is what they have left. Stores a
    :class:`~ptmrank_core.records.RaceDose` for each dose and a :class:`~ptmrank_core.records.Race`; a race
    that is not done goes on, and one that a former run has done alike is taken over.

    Raises
    ------
    CancelledError
        If cancellation was requested; doses so far stay.
    """
    run_context = context.run_context
    plan, samples = run_context.plan, run_context.samples
    race = context.contents(Race).get("")
    is_over = race.is_done if race is not None else context.is_kept(Race)
    if not plan.analyses.decide_seconds or is_over:
        return
    if race is None and take_over(context):
        return
    limit = race.seconds_limit if race else granted_seconds(plan.analyses.decide_seconds, context.findings())
    rows = run_guarded(lambda: draw_three_parts(samples, seed=plan.seed), what=Race.KIND)
    if isinstance(rows, CapturedError):
        refused = f"{rows.message} {rows.hint}".strip()
        parts = RaceParts(0, 0, 0, plan.seed)
        context.keep_all(Finding(Race.KIND, "", Race(parts, (), limit, 0.0, stopped=refused), 0.0))
        return
    lacking = run_guarded(lambda: check_lora(asked=plan.analyses.lora), what=Race.KIND)
    if isinstance(lacking, CapturedError):  # planned where the package was
        context.keep_problem(Race, "", lacking)
        return
    states = TrainingStates(states_folder(run_context.store.settings, plan.run_id))
    tasks = RaceTasks(samples, rows, states, plan.seed, lora=plan.analyses.lora)
    ground = TrainingGround(samples, plan.options, run_context.models, run_context.cancel)
    trainer = run_context.sources.make_trainer(ground)
    work = RaceWork(context, tasks, trainer, measure=MEASURES[samples.target_kind], limit=limit)
    problem = run_guarded(work.run, what=Race.KIND)
    if isinstance(problem, CapturedError):
        context.keep_problem(Race, "", problem)
