"""The parts of the script API: its candidates, and its result."""

from ptmrank_core.script.candidates import ScriptModel, check_rows, named_apart, script_sources
from ptmrank_core.script.reading import say_reading
from ptmrank_core.script.result import BenchmarkResult

__all__ = ["BenchmarkResult", "ScriptModel", "check_rows", "named_apart", "say_reading", "script_sources"]
