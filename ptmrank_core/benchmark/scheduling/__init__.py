"""Which run has the device, how far it is, and what an interrupted one left."""

__all__: list[str] = []
