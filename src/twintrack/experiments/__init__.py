"""The design of experiments: which worlds a strategy is tried in."""
