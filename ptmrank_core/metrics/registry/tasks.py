"""Words of the table: which tasks a metric is defined for, and needing nothing."""

__all__ = ["ANY_TASK", "CLASSES_ONLY", "NOTHING"]

CLASSES_ONLY = frozenset({"classification"})
ANY_TASK = frozenset({"classification", "regression", "multilabel"})
NOTHING: frozenset[str] = frozenset()
