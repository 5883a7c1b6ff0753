"""What is drawn on two pages or more."""
