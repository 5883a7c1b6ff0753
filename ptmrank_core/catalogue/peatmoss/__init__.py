"""PeaTMOSS' database of pre-trained models, opened read-only."""

__all__: list[str] = []
