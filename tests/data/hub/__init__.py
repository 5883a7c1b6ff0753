"""Tests of data sets of the Hugging Face ecosystem."""
