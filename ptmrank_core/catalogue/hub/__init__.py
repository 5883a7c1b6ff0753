"""The Hub: search, pinned downloads, what is on this machine already."""

__all__: list[str] = []
