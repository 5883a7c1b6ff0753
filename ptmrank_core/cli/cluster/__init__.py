"""Features computed elsewhere: as files of their own, or by a cluster."""

__all__: list[str] = []
