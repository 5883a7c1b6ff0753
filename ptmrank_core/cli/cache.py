"""The ``cache`` command: what the feature cache holds, whether it is sound, and emptying it."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from ptmrank_core.cli.output import DONE, print_json, print_text
from ptmrank_core.config import load_settings
from ptmrank_core.features import CacheReport, FeatureCache

__all__ = ["add_cache_command"]


def add_cache_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    cache = commands.add_parser("cache", help="look after the feature cache")
    actions = cache.add_subparsers(dest="action", required=True)
    for name, what in (
        ("stats", "count what is kept"),
        ("verify", "read every entry; remove those that are damaged"),
        ("clear", "remove everything"),
    ):
        action = actions.add_parser(name, help=what)
        action.add_argument("--json", action="store_true", help="print the result as JSON")
    cache.set_defaults(do=_cache)


def _cache(options: argparse.Namespace) -> int:
    with FeatureCache(load_settings()) as cache:
        report = {"stats": cache.report, "verify": cache.verify, "clear": cache.clear}[options.action]()
    if options.json:
        print_json(asdict(report))
    else:
        print_text(_sentence(options.action, report))
    return DONE


def _sentence(action: str, report: CacheReport) -> str:
    kept = (
        f"{report.n_entries:,} vectors of {report.n_models:,} models, "
        f"{report.size_bytes / 1e6:,.1f} of {report.limit_bytes / 1e6:,.0f} MB"
    )
    if action == "clear":
        return f"removed {kept}"
    return kept if action == "stats" else f"{kept}; {report.n_damaged:,} damaged entries removed"
