"""What experiments need: sweeps, tables, intervals, a stopwatch. No chapter teaches it."""

from simple_ml.study.intervals import interval, paired_difference
from simple_ml.study.quoting import quote
from simple_ml.study.results import best, read_table, select
from simple_ml.study.stopwatch import line_seconds
from simple_ml.study.sweep import trial

__all__ = [
    "best",
    "interval",
    "line_seconds",
    "paired_difference",
    "quote",
    "read_table",
    "select",
    "trial",
]
