"""The ``metrics`` command: the registry as text, JSON or Markdown."""

from __future__ import annotations

import argparse
from typing import Any

from ptmrank_core import reports
from ptmrank_core.cli.output import DONE, print_json, print_text

__all__ = ["add_metrics_command"]


def add_metrics_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    metrics = commands.add_parser("metrics", help="list the metrics and what is to be known of them")
    metrics.add_argument("--json", action="store_true", help="print the table as JSON")
    metrics.add_argument(
        "--markdown", action="store_true", help="print the table of ptmrank_core/metrics/TABLE.md"
    )
    metrics.set_defaults(do=_metrics)


def _metrics(options: argparse.Namespace) -> int:
    """Print the registry."""
    if options.json:
        print_json(reports.metrics_payload())
    else:
        print_text(reports.metrics_markdown() if options.markdown else reports.metrics_text())
    return DONE
