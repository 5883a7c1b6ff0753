"""Tests of ptmrank_core.metrics."""
