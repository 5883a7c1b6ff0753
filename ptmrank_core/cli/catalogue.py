"""The ``catalogue`` command: task categories, their models, and a ``mapping.json`` made of either."""

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
    catalogue.add_argument("--preset", default=None, help=f"only a ready-made choice: {', '.join(PRESETS)}")
    catalogue.add_argument("--search", default="", help="only models whose id or family holds this")
    catalogue.add_argument("--limit", type=int, default=None, help="how many models at most")
    catalogue.add_argument("--peatmoss", type=Path, default=None, help="ask a PeaTMOSS.db instead")
    catalogue.add_argument("--hub", action="store_true", help="ask the Hub instead; needs a network")
    catalogue.add_argument("--json", action="store_true", help="print the result as JSON")
    catalogue.set_defaults(do=_show)
    build = catalogue.add_subparsers(dest="action").add_parser("build", help="write a mapping.json")
    build.add_argument("--out", type=Path, required=True, help="the file to write")
    build.add_argument(
        "--peatmoss", type=Path, default=argparse.SUPPRESS, help="PeaTMOSS.db; else the shipped table"
    )
    build.add_argument("--top", type=int, default=DEFAULT_TOP, help="models of each category, at most")
    build.add_argument("--loadable", action="store_true", help="without models that cannot be loaded here")
    build.add_argument("--shape", default="original", help=" or ".join(MAPPING_SHAPES))
    build.set_defaults(do=_build)


def _show(options: argparse.Namespace) -> int:
    """Print the categories, or the models of one."""
    if options.limit is not None and options.limit < 1:
        raise InputError(f"--limit is {options.limit}; expected 1 or more.")
    if options.task is None:
        return _show_categories(options)
    task = any_category(options.task)
    models = _models(options, task)
    on_disk = models_on_disk()
    if options.json:
        print_json({"models": [candidate_payload(model, on_disk) for model in models]})
    else:
        print_text(_category_head(task))
        print_text("\n".join(_model_line(model, model.id in on_disk) for model in models) or "no model")
    return DONE


def _show_categories(options: argparse.Namespace) -> int:
    named = [f"--{name}" for name in ("preset", "search", "peatmoss", "hub") if getattr(options, name)]
    if named:
        raise InputError(
            f"{', '.join(named)} without --task.", hint="Name a category: catalogue --task NAME."
        )
    if options.json:
        rows = [category_payload(task) for task in ALL_TASKS.values()]
        own = [row for row in rows if row["in_peatmoss"]]
        print_json({"categories": own, "later": [row for row in rows if not row["in_peatmoss"]]})
    else:
        print_text("\n".join(_category_line(task) for task in ALL_TASKS.values()))
    return DONE


def _models(options: argparse.Namespace, task: AnyCategory) -> list[Candidate]:
    """Find the models that were asked for, in the source that was named."""
    sources = [f"--{name}" for name in ("preset", "peatmoss", "hub") if getattr(options, name)]
    if len(sources) > 1:
        raise InputError(f"{' and '.join(sources)} exclude each other.")
    if options.peatmoss is not None:
        with PeatmossDatabase(options.peatmoss) as database:
            return database.top(task, limit=options.limit or DEFAULT_LIMIT, search=options.search)
    if options.hub:
        found = task_category(task.name)
        return search_hub(found, search=options.search, limit=options.limit or DEFAULT_LIMIT)
    if options.preset is not None:
        models = preset_candidates(options.preset, task_category(task.name))
    else:
        models = shipped_candidates(task)
    return narrow(models, Narrowing(search=options.search))[: options.limit]


def _build(options: argparse.Namespace) -> int:
    """Write a mapping.json of the most downloaded models of each category."""
    if options.top < 1:
        raise InputError(f"--top is {options.top}; expected 1 or more.")
    tasks = list(ALL_TASKS.values())
    if options.peatmoss is not None:
        with PeatmossDatabase(options.peatmoss) as database:
            mapping = database.top_of_each(tasks, limit=options.top, loadable=options.loadable)
            about = {"source": options.peatmoss.name, "schema": database.schema}
    else:
        mapping, about = _of_the_shipped_table(tasks, options), {"source": "the shipped table"}
    if not mapping:
        raise InputError("None of the categories has a model there: nothing was written.")
    write_mapping(options.out, mapping, shape=options.shape, about=about)
    n_models = len({model for models in mapping.values() for model in models})
    say(f"{options.out}: {n_models:,} models in {len(mapping)} categories, from {about['source']}")
    return DONE


def _of_the_shipped_table(tasks: list[AnyCategory], options: argparse.Namespace) -> dict[str, list[str]]:
    found = {
        task.name: [
            model.id
            for model in shipped_candidates(task)
            if not options.loadable or loading_of(model).verdict != "no"
        ][: options.top]
        for task in tasks
    }
    return {name: ids for name, ids in found.items() if ids}


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
