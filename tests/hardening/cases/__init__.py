"""Inputs that broke something once, each with a name that says what it is, and what is right for it."""
