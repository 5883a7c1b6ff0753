"""The Agreement section of the results."""
