"""Labels as they are written -> classes, numbers or several labels a sample."""

__all__: list[str] = []
