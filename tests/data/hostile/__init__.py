"""Inputs that break a reader, or take more than they are worth."""
