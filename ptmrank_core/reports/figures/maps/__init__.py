"""What a map of samples is drawn from: how classes look, points, shapes, pictures of recordings."""

__all__: list[str] = []
