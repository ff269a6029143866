"""What users write: levers, world, outcomes, sources, scenarios, strategies, reports and history.

Files are read and checked here, each fault with its file and line. What is computed from them lives above.
"""
