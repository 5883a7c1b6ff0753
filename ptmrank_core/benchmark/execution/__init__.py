"""Executing a run, one model at a time: fetch, extract, score."""

__all__: list[str] = []
