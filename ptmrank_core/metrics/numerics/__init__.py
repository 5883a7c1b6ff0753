"""The numerical methods under the metrics."""

__all__: list[str] = []
