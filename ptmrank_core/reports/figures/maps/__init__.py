"""What a map of samples is drawn from: how classes look, points, shapes, pictures of samples."""
