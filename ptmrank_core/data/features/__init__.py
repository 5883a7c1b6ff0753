"""Features that the user has already -> Samples."""

__all__: list[str] = []
