"""The table of metrics: their facts, presets, and how one is computed."""

__all__: list[str] = []
