"""A second opinion on every metric: its definition written out, slowly, without a line of the product.

One module for each metric. They loop over samples, classes and pairs, invert matrices, and leave fits to
numpy, scipy and scikit-learn. Features are float arrays (n, d), labels codes 0..C-1 without gaps. Each ends
with ``OPINIONS``: the names of the registry that it is a second opinion on; test_oracles.py collects them.
"""
