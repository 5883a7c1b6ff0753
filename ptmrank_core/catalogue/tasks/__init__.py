"""The task categories: which models can be ranked, and on what labels."""

__all__: list[str] = []
