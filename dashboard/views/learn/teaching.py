"""Teaching."""

from __future__ import annotations

__all__ = ["draw"]


def draw() -> None:
    """Draw the section."""
