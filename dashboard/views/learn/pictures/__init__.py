"""What each metric sees, on the Learn page."""
