"""The lessons of the Learn page: one page for each, and the quiz."""
