"""The comparison report: its numbers, its sections, its data files."""
