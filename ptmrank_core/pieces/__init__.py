"""Arrays of one model + parameters -> records: the pieces that the analyses of a run are made of.

Every piece is a pure function of a fixed table, so that its results can be kept by content and computed in
any process. Importing this package loads the table alone: the module of a piece is imported where it runs.
"""

from ptmrank_core.pieces.found import Found, ListedScores, SeedValues
from ptmrank_core.pieces.table import PIECES, PieceFunction

__all__ = ["PIECES", "Found", "ListedScores", "PieceFunction", "SeedValues"]
