"""The ``cache`` command: what the feature cache holds, whether it is sound, and emptying it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from ptmrank_core.cli.output import DONE, print_json, print_text
from ptmrank_core.config import load_settings
from ptmrank_core.errors import UnknownNameError
from ptmrank_core.features import CachedModel, CacheReport, FeatureCache

__all__ = ["add_cache_command"]


def add_cache_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    cache = commands.add_parser("cache", help="look after the feature cache")
    actions = cache.add_subparsers(dest="action", required=True)
    for name, what in (
        ("stats", "count what is kept, in all and of each model"),
        ("verify", "read every entry; remove those that are damaged"),
        ("clear", "remove everything, or what is kept of one model"),
    ):
        action = actions.add_parser(name, help=what)
        if name == "clear":
            action.add_argument(
                "--model", default=None, help="id of a model, or the first characters of a key"
            )
        action.add_argument("--json", action="store_true", help="print the result as JSON")
    cache.set_defaults(do=_cache)


def _cache(options: argparse.Namespace) -> int:
    with FeatureCache(load_settings()) as cache:
        kept = cache.models()
        if options.action == "clear" and options.model is not None:
            report = cache.forget(_keys_of(options.model, kept))
        else:
            report = {"stats": cache.report, "verify": cache.verify, "clear": cache.clear}[options.action]()
    payload = asdict(report)
    if options.action == "stats":
        payload["models"] = [asdict(own) for own in kept]
    if options.json:
        print_json(payload)
        return DONE
    print_text(_sentence(options.action, report))
    if options.action == "stats":
        for own in kept:
            print_text(_line(own))
    return DONE


def _keys_of(model: str, kept: Sequence[CachedModel]) -> set[str]:
    """Find what is kept of a model, named by its id or by the beginning of a key.

    Raises
    ------
    UnknownNameError
        If nothing is.
    """
    keys = {own.key for own in kept if model and (own.model == model or own.key.startswith(model))}
    if not keys:
        raise UnknownNameError("model with cached features", model, [own.model or own.key for own in kept])
    return keys


def _line(own: CachedModel) -> str:
    """Say what is kept of one model."""
    named = " ".join(filter(None, (own.model or own.key[:12], own.revision[:8], own.dtype)))
    stored = datetime.fromtimestamp(own.stored_at, UTC).isoformat(timespec="minutes")[:16]
    return (
        f"  {named}: {own.n_samples:,} samples, {own.size_bytes / 1e6:,.1f} MB, last stored "
        f"{stored.replace('T', ' ')} UTC"
    )


def _sentence(action: str, report: CacheReport) -> str:
    kept = (
        f"{report.n_entries:,} vectors of {report.n_models:,} models, "
        f"{report.size_bytes / 1e6:,.1f} of {report.limit_bytes / 1e6:,.0f} MB"
    )
    if action == "clear":
        return f"removed {kept}"
    return kept if action == "stats" else f"{kept}; {report.n_damaged:,} damaged entries removed"
