"""Searching many candidates with the passes that a few would take."""

__all__: list[str] = []
