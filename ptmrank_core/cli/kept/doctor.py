"""The ``doctor`` command: look at everything that is kept, say what is wrong, mend it."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable
from typing import Any

from ptmrank_core.benchmark.doctor import Diagnosis, examine, mend
from ptmrank_core.cli.output import DONE, NOTHING_DONE, print_json, print_text
from ptmrank_core.config import load_settings
from ptmrank_core.data import check_upload
from ptmrank_core.results.phrases import plural
from ptmrank_core.results.program import PROGRAM

__all__ = ["add_doctor_command"]

WIDTH, INDENT = 100, 18


def add_doctor_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    about = "look at everything that is kept on this machine: what is wrong, and how to mend it"
    doctor = commands.add_parser("doctor", help=about)
    doctor.add_argument(
        "--mend",
        action="store_true",
        help="mend what can be mended without losing anything: what is damaged is moved aside, never deleted",
    )
    doctor.add_argument("--json", action="store_true", help="print the result as JSON")
    doctor.set_defaults(do=_doctor)


def _doctor(arguments: argparse.Namespace) -> int:
    settings = load_settings()
    done = mend(settings, check_upload=check_upload) if arguments.mend else []
    found = examine(settings, check_upload=check_upload)
    is_well = all(diagnosis.is_well for diagnosis in found)
    if arguments.json:
        payload = {"is_well": is_well, "mended": _rows(done), "found": _rows(found)}
        print_json(payload)
        return DONE if is_well else NOTHING_DONE
    for diagnosis in done:
        _print("mended" if diagnosis.is_well else "failed", diagnosis)
    if done:
        print_text("")
    for diagnosis in found:
        _print("ok" if diagnosis.is_well else "WRONG", diagnosis)
    print_text(f"\n{_summary(found)}")
    return DONE if is_well else NOTHING_DONE


def _rows(found: Iterable[Diagnosis]) -> list[dict[str, Any]]:
    return [
        {
            "subject": one.subject,
            "is_well": one.is_well,
            "said": one.said,
            "advice": one.advice,
            "can_be_mended": one.can_be_mended,
        }
        for one in found
    ]


def _print(mark: str, diagnosis: Diagnosis) -> None:
    """Print what was found under its mark and subject, and below it what to do."""
    start = f"{mark:<7}{diagnosis.subject}"
    lines = [*textwrap.wrap(diagnosis.said, WIDTH), *textwrap.wrap(diagnosis.advice, WIDTH)]
    for line in lines or [""]:
        print_text(f"{start:<{INDENT + 5}}{line}".rstrip())
        start = ""


def _summary(found: Iterable[Diagnosis]) -> str:
    wrong = [diagnosis for diagnosis in found if not diagnosis.is_well]
    if not wrong:
        return "Everything is in order."
    n_mendable = sum(diagnosis.can_be_mended for diagnosis in wrong)
    said = f"{plural(len(wrong), 'thing')} wrong."
    return f"{said} `{PROGRAM} doctor --mend` mends {n_mendable:,} of them." if n_mendable else said
