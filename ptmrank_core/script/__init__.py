"""The parts of the script API: its candidates, and its result."""

from ptmrank_core.script.candidates import Candidate, check_rows, script_sources, with_unique_names
from ptmrank_core.script.result import BenchmarkResult

__all__ = ["BenchmarkResult", "Candidate", "check_rows", "script_sources", "with_unique_names"]
