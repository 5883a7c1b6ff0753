"""Predictions of every sample without the sample itself, and how good they are."""

__all__: list[str] = []
