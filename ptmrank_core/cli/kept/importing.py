"""The ``cache import`` command: features that were extracted elsewhere, for the runs on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ptmrank_core.cli.output import DONE, NOTHING_DONE, print_json, print_text, say
from ptmrank_core.config import load_settings
from ptmrank_core.data import load_arrays
from ptmrank_core.errors import InputError
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.exchange import put_exchanged, read_exchanged

__all__ = ["add_import"]


def add_import(actions: Any) -> None:
    """Add the action to those of the ``cache`` command."""
    action = actions.add_parser("import", help="take in the files of features that `extract` has written")
    action.add_argument("place", type=Path, metavar="DIR", help="a folder of such files, or a single one")
    action.add_argument("--json", action="store_true", help="print the result as JSON")
    action.set_defaults(do=_import)


def _import(arguments: argparse.Namespace) -> int:
    """Take in every file that can be; name the others, and why."""
    taken: dict[str, dict[str, Any]] = {}
    refused: dict[str, str] = {}
    with FeatureCache(load_settings()) as cache:
        if cache.fault is not None:
            raise cache.fault
        for path in _files(arguments.place.expanduser()):
            try:
                taken[path.name] = _take_in(path, cache)
            except InputError as error:
                refused[path.name] = str(error)
    if arguments.json:
        print_json({"taken": taken, "refused": refused})
    else:
        for name, one in taken.items():
            print_text(
                f"{name}: {one['model']} {one['dtype']}, {one['n_new']:,} of {one['n_samples']:,} samples new"
            )
        for problem in refused.values():
            say(f"error: {problem}")
    return NOTHING_DONE if refused else DONE


def _files(place: Path) -> list[Path]:
    """List the files of a folder, or the only one.

    Raises
    ------
    InputError
        If there is none.
    """
    if place.is_file():
        return [place]
    files = sorted(path for path in place.glob("*.npz") if path.is_file()) if place.is_dir() else []
    if not files:
        raise InputError(
            f"{str(place)!r} is no folder with files of features (.npz).",
            hint="Name the folder that `ptmrank extract --out` wrote to.",
        )
    return files


def _take_in(path: Path, cache: FeatureCache) -> dict[str, Any]:
    """Verify a file and store what the cache does not hold yet; describe what was taken."""
    arrays, _ = load_arrays(path, for_cache=True)
    read = read_exchanged(arrays, path.name)
    return {
        "model": read.spec.id,
        "revision": read.spec.revision,
        "dtype": read.dtype,
        "key": read.key,
        "n_samples": len({digest for digests in read.sets.values() for digest in digests}),
        "n_new": put_exchanged(cache, read, path.name),
    }
