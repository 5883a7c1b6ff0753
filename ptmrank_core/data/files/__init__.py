"""Files of media, in folders or named by a manifest -> Samples."""

__all__: list[str] = []
