"""Model folders."""

from __future__ import annotations


def run_models(*_):
    return []
