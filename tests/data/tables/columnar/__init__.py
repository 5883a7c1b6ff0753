"""Tests of Parquet and Arrow tables."""
