"""Tests of ptmrank_core/data/tables/annotations."""
