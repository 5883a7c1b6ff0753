"""What the pictures of several metrics share."""

__all__: list[str] = []
