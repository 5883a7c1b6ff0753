"""What each metric computes on the way to its score: one module for each metric, named as the metric is.

A module has a frozen record of arrays and ``intermediates(inputs)``, which makes it with the functions of
``numerics`` that the score itself is computed with. ``registry/explaining.py`` finds the module.
"""

__all__: list[str] = []
