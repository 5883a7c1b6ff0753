"""The ``save-best`` command and the option ``--save-best`` of ``rank``: the winner of a race as a folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ptmrank_core.benchmark import RunStore, model_process, save_best
from ptmrank_core.benchmark.race.lora import check_lora
from ptmrank_core.cli.output import DONE, print_text, say
from ptmrank_core.cli.report import find_run
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.errors import InputError, PTMRankError
from ptmrank_core.features.process import ModelProcess
from ptmrank_core.features.training.saving import refuse_occupied
from ptmrank_core.records import RunResult
from ptmrank_core.worker import SOURCES

__all__ = ["add_save_best", "add_save_best_command", "check_lora_option", "check_save_best", "save_winner_of"]


def add_save_best(rank: argparse.ArgumentParser) -> None:
    """Add the option to a command's parser."""
    rank.add_argument(
        "--save-best",
        type=Path,
        default=None,
        metavar="DIR",
        help="folder for the model that --decide ends with: weights, processor, label names, a model card, "
        "and a script that continues its training",
    )


def check_save_best(folder: Path | None, *, has_race: bool) -> None:
    """Refuse a folder that nothing can be saved to, before anything is computed.

    Raises
    ------
    InputError
        If it is occupied, or no race is asked for.
    """
    if folder is None:
        return
    if not has_race:
        raise InputError(
            "--save-best saves the model that a race ends with, and no race was asked for.",
            hint="Say with --decide how many minutes it may take.",
        )
    refuse_occupied(folder.expanduser())


def check_lora_option(arguments: argparse.Namespace) -> None:
    """Refuse LoRA without a race, or without its package, before anything is read.

    Raises
    ------
    InputError
        If it is asked for, and one of them is missing.
    """
    given = vars(arguments)
    if "analyses.lora" in given and "analyses.decide_seconds" not in given:
        raise InputError(
            "--lora says how a race trains, and no race was asked for.",
            hint="Say with --decide how many minutes it may take.",
        )
    check_lora(asked="analyses.lora" in given)


def save_winner_of(result: RunResult, folder: Path, settings: Settings, models: ModelProcess) -> bool:
    """Save the winner of a race; return whether there is one, and say so on standard error."""
    try:
        winner = save_best(result.plan.run_id, settings, folder.expanduser(), sources=SOURCES, models=models)
    except PTMRankError as error:
        say(f"error: {error}")
        return False
    say(f"{winner}, trained, is in {folder}")
    return True


def add_save_best_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    command = commands.add_parser("save-best", help="save the model that a run's race ended with")
    command.add_argument("run", help="id of a run or its first characters, latest, or a result.json")
    command.add_argument("folder", type=Path, help="a folder that does not exist yet, or is empty")
    command.set_defaults(do=_save_best)


def _save_best(arguments: argparse.Namespace) -> int:
    """Save the winner of a stored run."""
    settings = load_settings()
    run_id = find_run(arguments.run, RunStore(settings))
    with model_process(settings, run_id) as models:
        save_best(run_id, settings, arguments.folder.expanduser(), sources=SOURCES, models=models)
    print_text(str(arguments.folder))
    return DONE
