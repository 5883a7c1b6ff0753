"""Tests of ptmrank_core.data.objects."""
