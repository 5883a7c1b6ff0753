"""The Evidence section of the results."""
