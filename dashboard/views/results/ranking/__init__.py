"""The Ranking section of the results."""
