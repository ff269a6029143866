"""What results mean: robustness across worlds, loops and mechanisms that act, what stands behind a name.

Nothing is drawn or printed here; that is done in `pages` and `cli`.
"""
