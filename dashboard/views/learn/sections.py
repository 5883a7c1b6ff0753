"""The sections of the Learn page, as their links name them."""

from __future__ import annotations

__all__ = ["LESSONS", "METRICS", "PLAYGROUND", "TEACHING"]

PLAYGROUND = "Playground"
METRICS = "What each metric sees"
LESSONS = "Lessons"
TEACHING = "For teachers"
