"""The ``catalogue`` command: list task categories and their models, or write a ``mapping.json``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ptmrank_core.catalogue import (
    ALL_TASKS,
    MAPPING_SHAPES,
    PRESETS,
    AnyCategory,
    Candidate,
    Narrowing,
    PeatmossDatabase,
    any_category,
    candidate_payload,
    category_payload,
    loading_of,
    models_on_disk,
    narrow,
    preset_candidates,
    search_hub,
    shipped_candidates,
    task_category,
    write_mapping,
)
from ptmrank_core.cli.output import DONE, print_json, print_text, say
from ptmrank_core.errors import InputError

__all__ = ["add_catalogue_command"]

DEFAULT_LIMIT = 50
DEFAULT_TOP = 20


def add_catalogue_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    catalogue = commands.add_parser("catalogue", help="list task categories and their models")
    catalogue.add_argument("--task", default=None, help="list the models of this category")
    catalogue.add_argument(
        "--preset", default=None, help=f"list a ready-made selection: {', '.join(PRESETS)}"
    )
    catalogue.add_argument("--search", default="", help="only models whose id or family contains this text")
    catalogue.add_argument("--limit", type=int, default=None, help="maximum number of models")
    catalogue.add_argument(
        "--peatmoss", type=Path, default=None, help="list the models of a PeaTMOSS.db instead"
    )
    catalogue.add_argument(
        "--hub", action="store_true", help="search the Hugging Face Hub instead; needs a network"
    )
    catalogue.add_argument("--json", action="store_true", help="print the result as JSON")
    catalogue.set_defaults(do=_show)
    build = catalogue.add_subparsers(dest="action").add_parser("build", help="write a mapping.json")
    build.add_argument("--out", type=Path, required=True, help="the file to write")
    build.add_argument(
        "--peatmoss",
        type=Path,
        default=argparse.SUPPRESS,
        help="take the models from a PeaTMOSS.db; by default from the shipped table",
    )
    build.add_argument(
        "--top", type=int, default=DEFAULT_TOP, help="maximum number of models of each category"
    )
    build.add_argument("--loadable", action="store_true", help="leave out models that cannot be loaded here")
    build.add_argument("--shape", default="original", help=" or ".join(MAPPING_SHAPES))
    build.set_defaults(do=_build)


def _show(arguments: argparse.Namespace) -> int:
    """Print the categories, or the models of one."""
    if arguments.limit is not None and arguments.limit < 1:
        raise InputError(f"--limit is {arguments.limit}; expected 1 or more.")
    if arguments.task is None:
        return _show_categories(arguments)
    task = any_category(arguments.task)
    models = _models(arguments, task)
    on_disk = models_on_disk()
    if arguments.json:
        print_json({"models": [candidate_payload(model, on_disk) for model in models]})
    else:
        print_text(_category_head(task))
        print_text("\n".join(_model_line(model, model.id in on_disk) for model in models) or "no model")
    return DONE


def _show_categories(arguments: argparse.Namespace) -> int:
    named = [f"--{name}" for name in ("preset", "search", "peatmoss", "hub") if getattr(arguments, name)]
    if named:
        raise InputError(
            f"{', '.join(named)} without --task.", hint="Name a category: catalogue --task NAME."
        )
    if arguments.json:
        rows = [category_payload(task) for task in ALL_TASKS.values()]
        original = [row for row in rows if row["in_peatmoss"]]
        print_json({"categories": original, "later": [row for row in rows if not row["in_peatmoss"]]})
    else:
        print_text("\n".join(_category_line(task) for task in ALL_TASKS.values()))
    return DONE


def _models(arguments: argparse.Namespace, task: AnyCategory) -> list[Candidate]:
    """List the models that the arguments ask for, from the source that they name."""
    sources = [f"--{name}" for name in ("preset", "peatmoss", "hub") if getattr(arguments, name)]
    if len(sources) > 1:
        raise InputError(f"{' and '.join(sources)} exclude each other.")
    if arguments.peatmoss is not None:
        with PeatmossDatabase(arguments.peatmoss) as database:
            return database.top(task, limit=arguments.limit or DEFAULT_LIMIT, search=arguments.search)
    if arguments.hub:
        rankable = task_category(task.name)
        return search_hub(rankable, search=arguments.search, limit=arguments.limit or DEFAULT_LIMIT)
    if arguments.preset is not None:
        models = preset_candidates(arguments.preset, task_category(task.name))
    else:
        models = shipped_candidates(task)
    return narrow(models, Narrowing(search=arguments.search))[: arguments.limit]


def _build(arguments: argparse.Namespace) -> int:
    """Write a mapping.json of the most downloaded models of each category."""
    if arguments.top < 1:
        raise InputError(f"--top is {arguments.top}; expected 1 or more.")
    tasks = list(ALL_TASKS.values())
    if arguments.peatmoss is not None:
        with PeatmossDatabase(arguments.peatmoss) as database:
            mapping = database.top_of_each(tasks, limit=arguments.top, loadable=arguments.loadable)
            about = {"source": arguments.peatmoss.name, "schema": database.schema}
    else:
        mapping, about = _shipped_mapping(tasks, arguments), {"source": "the shipped table"}
    if not mapping:
        raise InputError("None of the categories has a model there: nothing was written.")
    write_mapping(arguments.out, mapping, shape=arguments.shape, about=about)
    n_models = len({model for models in mapping.values() for model in models})
    say(f"{arguments.out}: {n_models:,} models in {len(mapping)} categories, from {about['source']}")
    return DONE


def _shipped_mapping(tasks: list[AnyCategory], arguments: argparse.Namespace) -> dict[str, list[str]]:
    ids_by_task = {
        task.name: [
            model.id
            for model in shipped_candidates(task)
            if not arguments.loadable or loading_of(model).verdict != "no"
        ][: arguments.top]
        for task in tasks
    }
    return {name: ids for name, ids in ids_by_task.items() if ids}


def _category_line(task: AnyCategory) -> str:
    row = category_payload(task)
    what = f"{row['modality']}; {', '.join(row['targets'])}" if row["rankable"] else f"no: {row['reason']}"
    return f"{task.name:32} {task.domain:28} {row['n_models']:4}  {what}"


def _category_head(task: AnyCategory) -> str:
    row = category_payload(task)
    return f"{task.name} ({task.domain}). {row['idea'] or 'Cannot be ranked. ' + row['reason']}"


def _model_line(model: Candidate, on_disk: bool) -> str:  # noqa: FBT001 - a cell of a line
    size = "?" if model.n_parameters is None else f"{model.n_parameters / 1e6:,.1f} M"
    downloads = "?" if model.downloads is None else f"{model.downloads:,}"
    verdict = f"{loading_of(model).verdict}{', gated' if model.is_gated else ''}{', here' if on_disk else ''}"
    return f"{model.id:62} {size:>10} {model.licence_class:14} {downloads:>12}  {verdict}"
