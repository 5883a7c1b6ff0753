"""The ``replay`` command: repeat the run of a card on this machine, and tell what differs."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ptmrank_core import reports
from ptmrank_core.benchmark import (
    Differences,
    ReplayPlan,
    RunStore,
    compare_cards,
    make_card,
    plan_replay,
    read_card,
)
from ptmrank_core.benchmark.cards.comparison import RTOL
from ptmrank_core.benchmark.race.asking import repeat_race
from ptmrank_core.cli.output import DONE, NOTHING_DONE, print_json, print_text, say
from ptmrank_core.cli.replay_inputs import replay_inputs
from ptmrank_core.cli.running.execution import execute_run
from ptmrank_core.config import load_settings
from ptmrank_core.records import RunState
from ptmrank_core.worker import SOURCES

__all__ = ["add_replay_command"]


def add_replay_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    replay = commands.add_parser("replay", help="repeat the run of a card and compare")
    replay.add_argument("card", type=Path, help="a card.json, as rank --out writes it")
    replay.add_argument("--samples", default=None, help="where the samples are, if not where the card says")
    replay.add_argument("--json", action="store_true", help="print the differences as JSON")
    replay.set_defaults(do=_replay)


def _replay(arguments: argparse.Namespace) -> int:
    """Repeat the run; succeed where every cell of the card has its value again."""
    settings = load_settings()
    card = read_card(arguments.card)
    inputs = replay_inputs(card, settings, samples=arguments.samples)
    replay_plan = plan_replay(card, inputs, SOURCES)
    plan = replay_plan.plan
    store = RunStore(settings)
    store.create(plan, replay_plan.samples.summary())
    if card.race is not None:  # it gets the time that it had, whatever the other analyses take here
        store.add_findings(plan.run_id, repeat_race(card.race, plan))
    result = execute_run(plan.run_id, store, settings)
    differences = compare_cards(card, make_card(result))
    payload = _payload(card.plan.run_id, replay_plan, differences)
    if arguments.json:
        print_json(payload)
    else:
        print_text(reports.replay_text(payload))
    if result.state is RunState.FAILED:
        say(f"error: {result.error}")
    return DONE if differences.is_equal else NOTHING_DONE


def _payload(card_run: str, replay_plan: ReplayPlan, differences: Differences) -> dict[str, Any]:
    return {
        "equal": differences.is_equal,
        "rtol": RTOL,
        "card_run": card_run,
        "run": replay_plan.plan.run_id,
        "cells": [asdict(cell) for cell in differences.cells],
        "conditions": [asdict(condition) for condition in differences.conditions],
        "notes": list(replay_plan.notes),
    }
