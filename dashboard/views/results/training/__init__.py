"""The Training section of the results."""
