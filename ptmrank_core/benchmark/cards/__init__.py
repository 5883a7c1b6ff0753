"""A run as a card: written, read, compared, replayed."""

__all__: list[str] = []
