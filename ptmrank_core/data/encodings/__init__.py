"""From bytes to text: which encoding a file is in, where nothing says so."""

__all__: list[str] = []
