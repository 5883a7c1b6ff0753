"""Recorded runs of training, replayed: what a race finds and costs, beside other ways to choose."""
