"""What the loop trains: an encoder with a head, or a classifier of transformers."""

__all__: list[str] = []
