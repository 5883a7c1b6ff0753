"""The scene of the Learn page: its settings, and what is worked out about it."""
