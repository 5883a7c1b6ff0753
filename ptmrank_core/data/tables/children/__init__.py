"""Scripts that read a file in a process of their own, with bounded memory and processor time."""

from ptmrank_core.data.tables.children.bounded import CPU_SIGNAL, Remembered, bounded_command

__all__ = ["CPU_SIGNAL", "Remembered", "bounded_command"]
