"""Scheduling of runs: queue, locks, progress, history, and resuming interrupted runs."""

__all__: list[str] = []
