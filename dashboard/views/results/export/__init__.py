"""The Export section of the results."""
