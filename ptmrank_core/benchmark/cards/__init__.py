"""The run card: writing, reading and comparing it, and planning its replay."""

__all__: list[str] = []
