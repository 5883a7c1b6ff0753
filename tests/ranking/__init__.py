"""Tests of ptmrank_core.ranking."""
