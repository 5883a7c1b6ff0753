"""Data as the Hugging Face ecosystem has it: saved datasets, caches, repositories, and ids of the Hub."""

__all__: list[str] = []
