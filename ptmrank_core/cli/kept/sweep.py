"""The ``sweep`` command: what is kept beside the runs, and removing what nobody uses."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ptmrank_core.benchmark.housekeeping import (
    Kept,
    Leftover,
    SweepReport,
    discard,
    find_leftovers,
    list_kept,
    sweep,
)
from ptmrank_core.cli.output import DONE, NOTHING_DONE, print_json, print_rows, print_text, say
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.errors import InputError
from ptmrank_core.results.phrases import plural

__all__ = ["add_sweep_command"]

ID_SHOWN = 12


def add_sweep_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    command = commands.add_parser(
        "sweep", help="list what is kept beside the runs, and remove what nobody uses"
    )
    command.add_argument(
        "--list",
        action="store_true",
        help="list uploads, samples from the Hub, merged models and drafts of runs; remove nothing",
    )
    command.add_argument("--dry-run", action="store_true", help="say what would be removed; remove nothing")
    command.add_argument(
        "--days",
        type=float,
        default=None,
        help="remove what no run has used for so many days, 0 for all of it",
    )
    command.add_argument(
        "--delete",
        metavar="ID",
        nargs="+",
        default=None,
        help="delete these of the list, however new they are",
    )
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    command.set_defaults(do=_sweep)


def _sweep(arguments: argparse.Namespace) -> int:
    settings = load_settings()
    if arguments.days is not None and not 0 <= arguments.days < float("inf"):
        raise InputError(f"{arguments.days} days are asked for; expected a number of at least 0.")
    if arguments.list:
        return _list(list_kept(settings), as_json=arguments.json)
    if arguments.delete is not None:
        return _delete(settings, arguments.delete, as_json=arguments.json)
    if arguments.dry_run:
        found = find_leftovers(settings, keep_days=arguments.days)
        return _report(SweepReport(found), "would be removed", as_json=arguments.json)
    return _report(sweep(settings, keep_days=arguments.days), "removed", as_json=arguments.json)


def _list(kept: Sequence[Kept], *, as_json: bool) -> int:
    if as_json:
        print_json({"kept": [_line(own) for own in kept]})
        return DONE
    head = ("id", "kind", "name", "MB", "stored (UTC)", "used by")
    print_rows([head, *(_cells(own) for own in kept)])
    return DONE


def _line(kept: Kept) -> dict[str, Any]:
    """Describe something kept, in plain JSON types."""
    return {
        "id": kept.path.name,
        "kind": str(kept.kind),
        "name": kept.title,
        "path": str(kept.path),
        "size_bytes": kept.size_bytes,
        "stored_at": _when(kept.changed_at),
        "runs": sorted(kept.runs),
        "is_used": kept.is_used,
    }


def _cells(kept: Kept) -> tuple[str, ...]:
    return (
        kept.path.name[:ID_SHOWN],
        str(kept.kind),
        kept.title,
        f"{kept.size_bytes / 1e6:.1f}",
        _when(kept.changed_at)[:16].replace("T", " "),
        kept.used_by,
    )


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _delete(settings: Settings, names: Sequence[str], *, as_json: bool) -> int:
    kept_here = list_kept(settings)
    chosen = {_find(kept_here, name).path for name in names}
    gone = discard(settings, chosen)
    if as_json:
        print_json({"deleted": [_line(kept) for kept in gone]})
    else:
        for kept in gone:
            print_text(f"deleted {kept.kind} {kept.title}, {kept.size_bytes / 1e6:,.1f} MB")
    return DONE


def _find(kept: Sequence[Kept], name: str) -> Kept:
    """Find what has an id that begins so.

    Raises
    ------
    InputError
        If there is none, or more than one.
    """
    found = [own for own in kept if name and own.path.name.startswith(name)]
    if not found:
        raise InputError(f"Nothing is kept under {name!r}.", hint="`sweep --list` shows what is.")
    if len(found) > 1:
        raise InputError(f"{len(found)} things that are kept begin with {name!r}; expected one.")
    return found[0]


def _report(report: SweepReport, verb: str, *, as_json: bool) -> int:
    status = NOTHING_DONE if report.failed else DONE
    if as_json:
        print_json(
            {
                "removed": [_leftover(found) for found in report.removed],
                "failed": [_leftover(found) | {"reason": why} for found, why in report.failed],
                "size_bytes": report.freed_bytes,
            }
        )
        return status
    for found in report.removed:
        print_text(f"{verb}: {found.kind} {found.title}, {found.size_bytes / 1e6:,.1f} MB")
    for found, why in report.failed:
        say(f"error: {found.path} cannot be removed: {why}")
    said = f"{plural(len(report.removed), 'thing')} {verb}, {report.freed_bytes / 1e6:,.1f} MB"
    print_text(said if report.removed else "nothing to remove")
    return status


def _leftover(found: Leftover) -> dict[str, Any]:
    return {
        "kind": str(found.kind),
        "name": found.title,
        "path": str(found.path),
        "size_bytes": found.size_bytes,
        "changed_at": _when(found.changed_at),
    }
