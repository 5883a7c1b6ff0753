"""The dashboard: asks the core and draws its answers."""
