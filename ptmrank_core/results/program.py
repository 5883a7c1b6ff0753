"""The name of the command, for sentences that tell what to type."""

__all__ = ["PROGRAM"]

PROGRAM = "ptmrank"
