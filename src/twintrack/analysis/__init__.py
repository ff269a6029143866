"""Comparison of strategies: robustness across worlds, equal public cost."""
