"""The work on features after the forward pass: pieces are looked up, computed, and kept by content."""

__all__: list[str] = []
