"""Short real fine-tuning of one model."""

__all__: list[str] = []
