"""The ``rank`` command: plan a run, execute it in this process, and report."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

from ptmrank_core import reports, results
from ptmrank_core.benchmark import RunStore, make_plan, model_process, new_run_id, now, run_card
from ptmrank_core.cli.budget import add_budget, checked_budget, keep_plan
from ptmrank_core.cli.output import DONE, NOTHING_DONE, print_json, print_text, say, write_json
from ptmrank_core.cli.rank_inputs import OnModels, add_rank_inputs, discard_models, rank_inputs
from ptmrank_core.cli.report import write_report
from ptmrank_core.cli.running.engine import add_engine, engine_settings
from ptmrank_core.cli.running.execution import execute_run, start_ahead
from ptmrank_core.cli.samples import say_reading
from ptmrank_core.cli.save_best import add_save_best, check_lora_option, check_save_best, save_winner_of
from ptmrank_core.cli.truth import add_truth, imported_truth
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.features.process import ModelProcess
from ptmrank_core.records import RunPlan, RunResult, RunState, Samples
from ptmrank_core.results.program import PROGRAM

__all__ = ["add_rank_command", "plan_rank"]


def add_rank_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    rank = commands.add_parser("rank", help="rank models for labelled samples")
    add_rank_inputs(rank)
    add_budget(rank)
    add_truth(rank)
    add_save_best(rank)
    add_engine(rank)
    rank.add_argument("--out", type=Path, default=None, help="folder for result.json and card.json")
    rank.add_argument("--report", type=Path, default=None, help="folder for the tables and the HTML report")
    rank.add_argument("--json", action="store_true", help="print the result as JSON")
    rank.set_defaults(do=_rank)


def _rank(arguments: argparse.Namespace) -> int:
    """Plan a run, execute it in this process, and report."""
    settings = engine_settings(arguments, load_settings())
    budget = checked_budget(arguments.budget)
    check_save_best(arguments.save_best, has_race="analyses.decide_seconds" in vars(arguments))
    check_lora_option(arguments)
    run_id = new_run_id()
    with model_process(settings, run_id) as models:
        plan, samples = plan_rank(arguments, settings, run_id, partial(start_ahead, models, settings))
        say_reading(samples)
        truth = imported_truth(arguments.truth, plan.models)
        keep_plan(plan, samples, settings, budget, models)
        store = RunStore(settings)
        for finding in truth:
            store.add_finding(plan.run_id, finding)
        result = _run(plan.run_id, store, settings, models, tells_first=not arguments.json)
        is_saved = not arguments.save_best or save_winner_of(result, arguments.save_best, settings, models)
    _report(result, arguments, settings)
    return DONE if results.scores_by_metric(result.cells) and is_saved else NOTHING_DONE


def plan_rank(
    arguments: argparse.Namespace,
    settings: Settings,
    run_id: str,
    on_models: OnModels = discard_models,
) -> tuple[RunPlan, Samples]:
    """Plan the run that the arguments ask for; return the plan and its samples.

    Parameters
    ----------
    arguments
        The parsed arguments.
    settings
        Where data are stored.
    run_id
        Id of the new run.
    on_models
        Receives the models that have to be run, before the samples are read.

    Raises
    ------
    InputError
        If something that they name cannot be used.
    """
    inputs = rank_inputs(arguments, settings, on_models)
    plan = make_plan(
        run_id=run_id,
        created_at=now(),
        task=inputs.task,
        samples=inputs.samples,
        models=inputs.models,
        options=inputs.options,
    )
    return plan, inputs.samples


def _report(result: RunResult, arguments: argparse.Namespace, settings: Settings) -> None:
    """Write the files that were asked for, and print the result."""
    ranking = results.rank_result(result)
    needs_payload = arguments.out is not None or arguments.json
    payload = reports.rank_payload(result, ranking) if needs_payload else {}
    if arguments.out is not None:
        write_json(arguments.out / "result.json", payload)
        write_json(arguments.out / "card.json", run_card(result))
    if arguments.report is not None:
        write_report(result, arguments.report, settings)
    if arguments.json:
        print_json(payload)
    else:
        print_text(reports.rank_text(result, ranking))
    if result.state is RunState.FAILED:
        say(f"error: {result.error}")


def _run(
    run_id: str, store: RunStore, settings: Settings, models: ModelProcess, *, tells_first: bool
) -> RunResult:
    try:
        return execute_run(run_id, store, settings, models=models, tells_first=tells_first)
    except KeyboardInterrupt:
        say(f"`{PROGRAM} runs resume {run_id[:8]}` continues this run")
        raise
