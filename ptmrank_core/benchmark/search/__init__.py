"""Searching many candidates with the forward passes that a few would take."""

__all__: list[str] = []
