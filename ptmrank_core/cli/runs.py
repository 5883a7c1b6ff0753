"""The ``runs`` command: list, show, name, compare, resume, retry, cancel and delete stored runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from ptmrank_core import reports, results
from ptmrank_core.benchmark import (
    RunEntry,
    RunStore,
    cancel_run,
    clear_failed,
    delete_run,
    list_runs,
    log_file,
    read_entry,
    read_progress,
    run_sizes,
)
from ptmrank_core.cli.output import DONE, NOTHING_DONE, print_json, print_rows, print_text, say
from ptmrank_core.cli.running.describing import add_describing, describe, described
from ptmrank_core.cli.running.execution import execute_run
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.errors import InputError
from ptmrank_core.records import Failure, RunResult, RunState
from ptmrank_core.reports.json.comparison import comparison_payload, several_payload
from ptmrank_core.reports.terminal.comparison import comparison_text, several_text
from ptmrank_core.results.comparison import compare_runs, compare_several

__all__ = ["add_runs_command"]

ID_SHOWN = 8
UNKNOWN = "-"
ACTIONS = (
    ("list", "list the stored runs, newest first"),
    ("show", "show one run: its models, failures and log"),
    ("name", "give a run a name, a note or a star"),
    ("compare", "compare two to six runs: which models changed rank, and which conditions differ"),
    ("resume", "finish a run in this process"),
    ("retry", "repeat the failed parts of a run in this process"),
    ("cancel", "stop a run after its current batch, or remove it from the queue"),
    ("delete", "delete a run, and its upload if no other run uses it"),
)


def add_runs_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    runs = commands.add_parser(
        "runs", help="list, show, name, compare, resume, retry, cancel or delete stored runs"
    )
    actions = runs.add_subparsers(dest="action", required=True)
    for name, what in ACTIONS:
        action = actions.add_parser(name, help=what)
        if name == "delete":
            action.add_argument("run", help="id of a run, or its first characters")
            action.add_argument("--yes", action="store_true", help="delete without asking")
        elif name == "compare":
            action.add_argument("run", help="id of the first run, or its first characters")
            action.add_argument(
                "other", nargs="+", help="ids of up to five others, or their first characters"
            )
        elif name == "name":
            add_describing(action)
        elif name != "list":
            action.add_argument(
                "run", nargs="?", help="id of a run, or its first characters; by default the newest run"
            )
        if name == "show":
            action.add_argument("--log", action="store_true", help="print the log of its worker")
        action.add_argument("--json", action="store_true", help="print the result as JSON")
    runs.set_defaults(do=_runs)


def _runs(arguments: argparse.Namespace) -> int:
    settings = load_settings()
    store = RunStore(settings)
    if arguments.action == "list":
        return _list(store, settings, as_json=arguments.json)
    run_id = _find_run(store, arguments.run)
    do: Callable[[RunStore, Settings, str, argparse.Namespace], int] = {
        "show": _show,
        "name": _name,
        "compare": _compare,
        "resume": _resume,
        "retry": _retry,
        "cancel": _cancel,
        "delete": _delete,
    }[arguments.action]
    return do(store, settings, run_id, arguments)


def _find_run(store: RunStore, start: str | None) -> str:
    """Find the run whose id begins so; the newest one where nothing was said.

    Raises
    ------
    InputError
        If there is none, or more than one.
    """
    ids = [outline.run_id for outline in store.outlines() if outline.run_id.startswith(start or "")]
    if not ids:
        what = f"There is no run {start!r} here." if start else "There are no runs here."
        raise InputError(what, hint="`runs list` shows those that there are.")
    if start and len(ids) > 1 and start not in ids:
        raise InputError(f"{len(ids)} runs begin with {start!r}: {', '.join(ids[:3])}; expected one.")
    return start if start in ids else ids[0]


def _line_of(store: RunStore, entry: RunEntry, size_bytes: int) -> dict[str, Any]:
    """Describe one run of the list, in plain JSON types."""
    outline = entry.outline
    return {
        "run": entry.run_id,
        **described(store, outline),
        "status": entry.status,
        "created_at": outline.created_at,
        "task": outline.task,
        "samples": outline.samples_source,
        "n_samples": outline.n_samples,
        "n_models": len(outline.models),
        "n_metrics": outline.n_metrics,
        "cells_decided": outline.n_decided,
        "cells_failed": outline.n_failed,
        "findings": outline.n_findings,
        "findings_failed": outline.n_problems,
        "seconds": round(outline.seconds, 3),
        "size_bytes": size_bytes,
        "waits_behind": entry.n_ahead,
        "can_resume": entry.can_resume,
        "error": outline.error,
    }


def _list(store: RunStore, settings: Settings, *, as_json: bool) -> int:
    sizes = run_sizes(store, settings)
    lines = [_line_of(store, entry, sizes.get(entry.run_id, 0)) for entry in list_runs(store, settings)]
    if as_json:
        print_json({"runs": lines})
        return DONE
    head = (
        "run",
        "status",
        "when (UTC)",
        "task",
        "samples",
        "models",
        "metrics",
        "seconds",
        "MB",
        "name",
        "answer",
    )
    print_rows([head, *(_cells_of(line) for line in lines)])
    return DONE


def _cells_of(line: dict[str, Any]) -> tuple[str, ...]:
    status = line["status"]
    if line["waits_behind"]:
        status += f" behind {line['waits_behind']}"
    if line["cells_failed"]:
        status += f", {line['cells_failed']} failed"
    planned: tuple[str, ...] = (
        line["task"],
        f"{line['n_samples']:,} of {line['samples'].rsplit('/', 1)[-1]}",
        f"{line['n_models']:,}",
        f"{line['n_metrics']:,}",
    )
    if line["status"] == "unreadable":
        planned = (UNKNOWN,) * len(planned)
    return (
        line["run"][:ID_SHOWN],
        status,
        line["created_at"][:16].replace("T", " ") or UNKNOWN,
        *planned,
        f"{line['seconds']:.1f}",
        f"{line['size_bytes'] / 1e6:.1f}",
        f"{'* ' if line['starred'] else ''}{line['name']}".strip() or UNKNOWN,
        line["answer"] or UNKNOWN,
    )


def _name(store: RunStore, _settings: Settings, run_id: str, arguments: argparse.Namespace) -> int:
    return describe(store, run_id, arguments)


def _show(store: RunStore, settings: Settings, run_id: str, arguments: argparse.Namespace) -> int:
    log = log_file(settings, run_id)
    if arguments.log:
        if not log.exists():
            say("This run has no log: it was done in a terminal.")
            return NOTHING_DONE
        print_text(log.read_text(encoding="utf-8", errors="replace").rstrip())
        return DONE
    entry, progress = read_entry(store, settings, run_id), read_progress(store, settings, run_id)
    line = _line_of(store, entry, run_sizes(store, settings)[run_id])
    models = [asdict(model) for model in progress.models]
    failures = [asdict(cell) for cell in store.cells(run_id) if isinstance(cell, Failure)]
    analysis = None if progress.analysis is None else asdict(progress.analysis)
    shown = line | {"models": models, "analysis": analysis, "failures": failures}
    shown["log"] = str(log) if log.exists() else None
    if arguments.json:
        print_json(shown)
        return DONE
    for name, value in line.items():
        print_text(f"{name.replace('_', ' ')}: {value}")
    for model in models:
        print_text(
            f"  {model['model']}: {model['status']}, {model['n_cells']} of {model['n_metrics']} scores"
        )
    for cell in failures:
        print_text(f"  {cell['model']} under {cell['metric']}: {cell['message']} {cell['hint']}".rstrip())
    return DONE


def _compare(store: RunStore, _settings: Settings, run_id: str, arguments: argparse.Namespace) -> int:
    runs = [run_id, *(_find_run(store, other) for other in arguments.other)]
    results_of = [store.result(run) for run in runs]
    if len(runs) > 2:
        several = compare_several(results_of)
        if arguments.json:
            print_json(several_payload(several))
        else:
            print_text(several_text(several))
        return DONE
    comparison = compare_runs(*results_of)
    if arguments.json:
        print_json(comparison_payload(comparison))
    else:
        print_text(comparison_text(comparison))
    return DONE


def _resume(store: RunStore, settings: Settings, run_id: str, arguments: argparse.Namespace) -> int:
    if store.state(run_id) is RunState.FINISHED:
        say("This run is finished; its result follows.")
        return _report(store.result(run_id), as_json=arguments.json)
    return _finish(store, settings, run_id, as_json=arguments.json)


def _retry(store: RunStore, settings: Settings, run_id: str, arguments: argparse.Namespace) -> int:
    say(f"{clear_failed(store, settings, run_id):,} that failed will be tried again")
    return _finish(store, settings, run_id, as_json=arguments.json)


def _finish(store: RunStore, settings: Settings, run_id: str, *, as_json: bool) -> int:
    """Finish a run in this process, and report."""
    return _report(execute_run(run_id, store, settings), as_json=as_json)


def _report(result: RunResult, *, as_json: bool) -> int:
    if as_json:
        print_json(reports.rank_payload(result, results.rank_result(result)))
    else:
        print_text(reports.rank_text(result))
    if result.state is RunState.FAILED:
        say(f"error: {result.error}")
    return DONE if results.scores_by_metric(result.cells) else NOTHING_DONE


def _cancel(store: RunStore, settings: Settings, run_id: str, arguments: argparse.Namespace) -> int:
    if store.state(run_id).is_finished():
        raise InputError(f"Run {run_id} is {store.state(run_id)}: there is nothing to cancel.")
    cancel_run(run_id, settings)
    status = read_entry(store, settings, run_id).status
    outcome = "is cancelled" if status == RunState.CANCELLED else "stops after its current batch"
    if arguments.json:
        print_json({"run": run_id, "status": status})
    else:
        print_text(f"run {run_id} {outcome}")
    return DONE


def _delete(store: RunStore, settings: Settings, run_id: str, arguments: argparse.Namespace) -> int:
    entry = read_entry(store, settings, run_id)
    line = _line_of(store, entry, run_sizes(store, settings)[run_id])
    if not arguments.yes:
        if not sys.stdin.isatty():
            raise InputError("Deleting a run cannot be undone.", hint="Pass --yes if it is meant.")
        say("  ".join(_cells_of(line)))
        sys.stderr.write("Delete this run? It cannot be undone. [y/N] ")
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            say("nothing was deleted")
            return NOTHING_DONE
    delete_run(store, settings, run_id)
    if arguments.json:
        print_json({"run": run_id, "freed_bytes": line["size_bytes"]})
    else:
        print_text(f"deleted run {run_id}, {line['size_bytes'] / 1e6:,.1f} MB")
    return DONE
