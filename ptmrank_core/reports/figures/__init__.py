"""Results -> Plotly figures."""

__all__: list[str] = []
