"""What the intermediate quantities of several metrics share."""

__all__: list[str] = []
