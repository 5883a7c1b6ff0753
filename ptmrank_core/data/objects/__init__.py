"""What a script or a notebook has in memory -> Samples: tables, data sets, arrays, pictures, recordings."""

__all__: list[str] = []
