"""Names in sentences."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["name_some"]

NAMED = 5


def name_some(names: Sequence[str]) -> str:
    """Name the first five of some classes, folders or columns, and say how many more there are."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(map(repr, names[:NAMED])) + more
