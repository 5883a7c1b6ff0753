"""Executing a run in this process, and showing how far it is."""

__all__: list[str] = []
