"""How far the metrics can be trusted here: which one follows a truth, and which rows of it match the run."""

from ptmrank_core.results.trust.matching import TruthMatch, adopt, match_of, say_match
from ptmrank_core.results.trust.sentence import say_evidence

__all__ = ["TruthMatch", "adopt", "match_of", "say_evidence", "say_match"]
