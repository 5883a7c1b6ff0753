"""The ``samples`` command: how samples are read, without ranking anything."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from ptmrank_core import reports
from ptmrank_core.cli.output import DONE, print_json, print_text, say
from ptmrank_core.cli.wording import say_option
from ptmrank_core.data import load_corrections, load_samples
from ptmrank_core.records import ExtractionOptions, RunOptions, Samples, replace_fields
from ptmrank_core.results.reading_options import CORRECTIONS, READING_OPTIONS

__all__ = ["add_samples_command", "say_reading"]


def add_samples_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    samples = commands.add_parser("samples", help="show how labelled samples are read, and rank nothing")
    samples.add_argument(
        "place", help="a zip, a folder, a table, demo:digits, hf:owner/name or features:PATH"
    )
    for option in READING_OPTIONS:
        option.add_to(samples)
    samples.add_argument("--json", action="store_true", help="print the report as JSON")
    samples.set_defaults(do=_show)


def _show(arguments: argparse.Namespace) -> int:
    """Read the samples, and print what was read."""
    samples = load_samples(arguments.place, _options(vars(arguments)).reading)
    if arguments.json:
        print_json(reports.reading_payload(samples))
    else:
        print_text(reports.reading_text(samples.summary()))
        _say_offers(samples)
    return DONE


def _options(given: Mapping[str, Any]) -> RunOptions:
    fields = {option.field for option in READING_OPTIONS}
    named = {path: value for path, value in given.items() if path in fields}
    if CORRECTIONS in named:
        named[CORRECTIONS] = load_corrections(named[CORRECTIONS])
    return replace_fields(RunOptions(metrics=(), options=ExtractionOptions(), seed=0), named)


def say_reading(samples: Samples) -> None:
    """Print how samples were read to standard error, before anything is computed on them."""
    say(reports.reading_text(samples.summary()))
    _say_offers(samples)


def _say_offers(samples: Samples) -> None:
    if samples.offers:
        say("\n".join(["You may prefer:", *map(say_option, samples.offers)]))
