"""What experiments need: sweeps, tables of results, a stopwatch. Nothing that a chapter teaches."""
