"""For teachers: a plan for one class, and exercises whose expected observations the tests assert."""

from ptmrank_core.lessons.teaching.exercises import EXERCISES, Exercise
from ptmrank_core.lessons.teaching.plan import PLAN, Step

__all__ = ["EXERCISES", "PLAN", "Exercise", "Step"]
