"""The Cost section of the results."""
