"""What experiments need: sweeps, tables of results, a stopwatch. Nothing that a chapter teaches."""

from simple_ml.study.quoting import quote
from simple_ml.study.results import best, paired_difference, read_table, select
from simple_ml.study.stopwatch import line_seconds
from simple_ml.study.sweep import trial

__all__ = [
    "best",
    "line_seconds",
    "paired_difference",
    "quote",
    "read_table",
    "select",
    "trial",
]
