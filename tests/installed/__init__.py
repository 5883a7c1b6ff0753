"""What users install: a wheel, and what it leaves as it was."""
