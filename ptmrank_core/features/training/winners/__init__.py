"""The folder of a winner: weights, processor, model card, and a script to go on with."""

__all__: list[str] = []
