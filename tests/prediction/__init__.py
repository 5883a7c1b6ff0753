"""Tests of what fine-tuning is expected to reach."""
