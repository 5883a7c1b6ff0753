"""Names and texts of others, made safe for showing and storing, and joined in a sentence."""

from ptmrank_core.records.names.joining import join_words
from ptmrank_core.records.names.printing import printable, printable_lines, printable_names, tell_apart
from ptmrank_core.records.names.reasons import reason_of

__all__ = ["join_words", "printable", "printable_lines", "printable_names", "reason_of", "tell_apart"]
