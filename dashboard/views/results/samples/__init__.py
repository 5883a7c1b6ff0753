"""The Samples section of the results."""
