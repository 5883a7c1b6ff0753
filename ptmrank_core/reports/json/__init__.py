"""Results -> JSON."""

__all__: list[str] = []
