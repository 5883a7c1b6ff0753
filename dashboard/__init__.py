"""The dashboard: asks the core, draws the answer."""
