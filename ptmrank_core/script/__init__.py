"""What stands behind the script API: its candidates as the core knows them, and its result."""

from ptmrank_core.script.candidates import ScriptModel, check_rows, named_apart, script_sources
from ptmrank_core.script.result import BenchmarkResult

__all__ = ["BenchmarkResult", "ScriptModel", "check_rows", "named_apart", "script_sources"]
