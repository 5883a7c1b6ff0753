"""The ``score`` command: score ready-made features of one model."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from ptmrank_core import reports
from ptmrank_core.benchmark import score_cells
from ptmrank_core.cli.output import DONE, NOTHING_DONE, print_json, print_text, say
from ptmrank_core.data import load_arrays
from ptmrank_core.metrics import prepare_inputs, resolve_metrics

__all__ = ["add_score_command"]


def add_score_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    score = commands.add_parser("score", help="score ready-made features of one model")
    score.add_argument("features", type=Path, help=".npz: embeddings, labels or targets, source_logits")
    score.add_argument("--metrics", default="all", help="comma-separated names, or all")
    score.add_argument("--json", action="store_true", help="print the result as JSON")
    score.set_defaults(do=_score)


def _score(arguments: argparse.Namespace) -> int:
    """Score the arrays of a file."""
    metrics = resolve_metrics(arguments.metrics)
    start = time.perf_counter()
    arrays, ignored = load_arrays(arguments.features)
    if ignored:
        say(f"note: no metric reads {', '.join(ignored)}")
    inputs = prepare_inputs(**arrays)
    cells = list(score_cells(arguments.features.stem, inputs, metrics))
    payload = reports.score_payload(cells, time.perf_counter() - start)
    if arguments.json:
        print_json(payload)
    else:
        print_text(reports.score_text(payload))
    return DONE if payload["scores"] else NOTHING_DONE
