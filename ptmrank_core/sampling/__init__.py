"""Draws of rows: stratified, grouped, nested.

One rule each for all of them. Seed: a draw takes ``seed`` and makes its own generator from it; where several
draws are asked for they follow one another, so that asking for more keeps the first. Strata: those of
:func:`strata_of`. Groups: a draw takes :class:`Units`, which are whole groups wherever groups are known.
"""

from ptmrank_core.sampling.folds import assign_folds
from ptmrank_core.sampling.nested import NestedOrder, nested_order, nested_orders
from ptmrank_core.sampling.parts import FEW_GROUPS, SampleParts, draw_parts
from ptmrank_core.sampling.permutations import permuted_rows
from ptmrank_core.sampling.shares import draw_share, random_rows
from ptmrank_core.sampling.strata import Indices, strata_of
from ptmrank_core.sampling.three_parts import ThreeParts, draw_three_parts
from ptmrank_core.sampling.units import Units, units_of, units_of_samples

__all__ = [
    "FEW_GROUPS",
    "Indices",
    "NestedOrder",
    "SampleParts",
    "ThreeParts",
    "Units",
    "assign_folds",
    "draw_parts",
    "draw_share",
    "draw_three_parts",
    "nested_order",
    "nested_orders",
    "permuted_rows",
    "random_rows",
    "strata_of",
    "units_of",
    "units_of_samples",
]
