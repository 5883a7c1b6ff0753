"""Faults of the machine under a run: it ends as if nothing had happened, or says so and can be finished."""
