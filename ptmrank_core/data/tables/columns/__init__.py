"""What the columns of a table of samples are good for: identifiers, features, texts, labels, leaks."""

__all__: list[str] = []
