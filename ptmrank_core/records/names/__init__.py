"""Names and texts of others, made safe for showing and storing."""

from ptmrank_core.records.names.printing import printable, printable_lines, printable_names, tell_apart
from ptmrank_core.records.names.reasons import reason_of

__all__ = ["printable", "printable_lines", "printable_names", "reason_of", "tell_apart"]
