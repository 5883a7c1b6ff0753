"""What every figure shares: theme, colours, escaping."""

__all__: list[str] = []
