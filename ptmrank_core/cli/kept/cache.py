"""The ``cache`` command: count, verify, clear and fill the cached features, and the results that are kept."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from ptmrank_core.benchmark.work.kept_results import KeptReport, KeptResults
from ptmrank_core.cli.kept.importing import add_import
from ptmrank_core.cli.output import DONE, print_json, print_text
from ptmrank_core.config import load_settings
from ptmrank_core.errors import UnknownNameError
from ptmrank_core.features import CachedModel, CacheReport, FeatureCache

__all__ = ["add_cache_command"]


def add_cache_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    cache = commands.add_parser(
        "cache", help="count, verify, clear or fill the feature cache and the kept results"
    )
    actions = cache.add_subparsers(dest="action", required=True)
    for name, what in (
        ("stats", "count the cached vectors, in total and of each model, and the kept results"),
        ("verify", "read every entry; remove those that are damaged"),
        ("clear", "remove all cached vectors and kept results, or those of one model"),
    ):
        action = actions.add_parser(name, help=what)
        if name == "clear":
            action.add_argument(
                "--model", default=None, help="id of a model, or the first characters of a key"
            )
        action.add_argument("--json", action="store_true", help="print the result as JSON")
        action.set_defaults(do=_cache)
    add_import(actions)


def _cache(arguments: argparse.Namespace) -> int:
    settings, action = load_settings(), arguments.action
    with FeatureCache(settings) as cache, KeptResults(settings) as kept:
        cached = cache.models()
        if action == "clear" and arguments.model is not None:
            keys = _keys_of(arguments.model, cached)
            report, results = cache.forget(keys), kept.forget(keys)
        else:
            report = {"stats": cache.report, "verify": cache.verify, "clear": cache.clear}[action]()
            results = {"stats": kept.report, "verify": kept.verify, "clear": kept.clear}[action]()
        if fault := cache.fault or kept.fault:
            raise fault
    payload = {**asdict(report), "results": asdict(results)}
    if action == "stats":
        payload["models"] = [asdict(model) for model in cached]
    if arguments.json:
        print_json(payload)
        return DONE
    print_text(_sentence(action, report))
    print_text(_sentence_on_results(action, results))
    if action == "stats":
        for model in cached:
            print_text(_line(model))
    return DONE


def _keys_of(name: str, cached: Sequence[CachedModel]) -> set[str]:
    """Find the keys of a model, named by its id or by the first characters of a key.

    Raises
    ------
    UnknownNameError
        If no cached model is named so.
    """
    keys = {model.key for model in cached if name and (model.model == name or model.key.startswith(name))}
    if not keys:
        known = [model.model or model.key for model in cached]
        raise UnknownNameError("model with cached features", name, known)
    return keys


def _line(model: CachedModel) -> str:
    """Describe the cached vectors of one model."""
    name = " ".join(filter(None, (model.model or model.key[:12], model.revision[:8], model.dtype)))
    stored = datetime.fromtimestamp(model.stored_at, UTC).isoformat(timespec="minutes")[:16]
    return (
        f"  {name}: {model.n_samples:,} samples, {model.size_bytes / 1e6:,.1f} MB, last stored "
        f"{stored.replace('T', ' ')} UTC"
    )


def _sentence_on_results(action: str, results: KeptReport) -> str:
    counts = (
        f"{results.n_results:,} kept results, {results.size_bytes / 1e6:,.1f} of "
        f"{results.limit_bytes / 1e6:,.0f} MB"
    )
    if action == "clear":
        return f"removed {counts}"
    return counts if action == "stats" else f"{counts}; {results.n_damaged:,} damaged ones removed"


def _sentence(action: str, report: CacheReport) -> str:
    counts = (
        f"{report.n_entries:,} vectors of {report.n_models:,} models, "
        f"{report.size_bytes / 1e6:,.1f} of {report.limit_bytes / 1e6:,.0f} MB"
    )
    if action == "clear":
        return f"removed {counts}"
    return counts if action == "stats" else f"{counts}; {report.n_damaged:,} damaged entries removed"
