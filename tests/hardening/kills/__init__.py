"""``kill -9`` at every step and at random moments: what is kept, and whether the work can be finished."""
