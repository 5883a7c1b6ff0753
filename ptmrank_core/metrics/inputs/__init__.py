"""Arrays checked once, with what the metrics share."""

__all__: list[str] = []
