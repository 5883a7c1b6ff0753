"""Draws of rows: stratified, grouped, nested."""

from ptmrank_core.sampling.strata import Indices, nested_subsets, strata_of
from ptmrank_core.sampling.stratified import stratified_rows

__all__ = ["Indices", "nested_subsets", "strata_of", "stratified_rows"]
