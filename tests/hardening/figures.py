"""The figures of a campaign: what was tried and what failed, of each kind, and the causes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, TextIO

__all__ = ["print_figures"]


def print_figures(rows: Iterable[dict[str, Any]], out: TextIO) -> None:
    """Print a table of kinds, then the causes, the most frequent first, each with an input that shows it."""
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_kind[row["kind"]].append(row)
    out.write(
        "| kind | tried | failed | read | seconds | longest | MB at most |\n|---|---|---|---|---|---|---|\n"
    )
    everything = [row for own in by_kind.values() for row in own]
    for kind, own in [*sorted(by_kind.items()), ("all", everything)]:
        seconds = [row["seconds"] for row in own] or [0.0]
        out.write(
            f"| {kind} | {len(own):,} | {sum(bool(row['faults']) for row in own):,} "
            f"| {sum(row['status'] == 0 for row in own):,} | {sum(seconds):,.0f} | {max(seconds):.1f} "
            f"| {max((row['extra_mb'] for row in own), default=0):,} |\n"
        )
    causes: Counter[tuple[str, str]] = Counter()
    example: dict[tuple[str, str], str] = {}
    for row in everything:
        for fault in row["faults"]:
            causes[tuple(fault)] += 1
            example.setdefault(tuple(fault), f"{row['kind']} {row['number']}")
    for (kind, cause), n in causes.most_common():
        out.write(f"{n:5}  {kind}: {cause}  ({example[kind, cause]})\n")
